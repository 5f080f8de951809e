using System.Globalization;
using RideBooking.Contracts;

namespace RideBooking.Notifications;

/// <summary>Creates the notification of each event, or null if it needs none.</summary>
/// <remarks>
/// Pure, so that the same event always gives the same text. Durations rather than clock times, because the reader's time zone is
/// unknown here.
/// </remarks>
internal static class NotificationTemplates
{
    /// <summary>The text of an offer whose rider was forgotten.</summary>
    public const string ForgottenOffer = "The data of this ride was deleted.";

    public static NotificationContent? ForRider(DriverAssigned e) =>
        new(
            Audience.Rider,
            e.RiderId,
            e.RideId,
            e.At,
            NotificationKind.DriverAssigned,
            "Your driver is on the way",
            $"{e.DriverName} arrives in a {e.Vehicle.Model}, number plate {e.Vehicle.Plate}, in about {Minutes(e.EtaSeconds)}."
        );

    // If the ride has ended, its rider already knows that no driver will come.
    public static NotificationContent? ForRider(DriverUnassigned e) =>
        !e.SearchAgain
            ? null
            : new(
                Audience.Rider,
                e.RiderId,
                e.RideId,
                e.At,
                NotificationKind.SearchingAgain,
                "We are looking for another driver",
                e.By == Initiator.Operator
                    ? "We have to send you another driver. You need not do anything: the search continues."
                    : "Your driver cannot come. You need not do anything: the search continues."
            );

    public static NotificationContent? ForRider(NoDriverFound e) =>
        new(
            Audience.Rider,
            e.RiderId,
            e.RideId,
            e.At,
            NotificationKind.NoDriverFound,
            "No driver found",
            "No driver near you is available. You pay nothing."
        );

    public static NotificationContent? ForRider(DriverArrived e) =>
        new(
            Audience.Rider,
            e.RiderId,
            e.RideId,
            e.At,
            NotificationKind.DriverArrived,
            "Your driver is here",
            $"Your driver is waiting at the pickup. Waiting is free for {Minutes((e.FreeWaitUntil - e.At).TotalSeconds)}."
        );

    public static NotificationContent? ForRider(RideStarted e) =>
        new(
            Audience.Rider,
            e.RiderId,
            e.RideId,
            e.At,
            NotificationKind.RideStarted,
            "Your ride has begun",
            "Have a good ride."
        );

    public static NotificationContent? ForRider(RideCompleted e) =>
        new(
            Audience.Rider,
            e.RiderId,
            e.RideId,
            e.At,
            NotificationKind.RideCompleted,
            "You have arrived",
            "Thank you for riding with us. Your fare will follow."
        );

    public static NotificationContent? ForRider(RideCancelled e) =>
        new(
            Audience.Rider,
            e.RiderId,
            e.RideId,
            e.At,
            NotificationKind.RideCancelled,
            "Your ride is cancelled",
            e.By switch
            {
                Initiator.Rider => "You cancelled the ride.",
                Initiator.Driver => "Your driver waited for you at the pickup and has left.",
                _ => "We had to cancel the ride. We are sorry.",
            }
        );

    public static NotificationContent? ForRider(FareFinalized e) =>
        new(
            Audience.Rider,
            e.RiderId,
            e.RideId,
            e.At,
            NotificationKind.FareFinalized,
            "Your fare",
            $"Your ride costs {e.Total}."
        );

    public static NotificationContent? ForRider(CancellationFeeAssessedV2 e) =>
        e.Amount.Amount <= 0
            ? null
            : new(
                Audience.Rider,
                e.RiderId,
                e.RideId,
                e.At,
                NotificationKind.CancellationFee,
                "A cancellation fee is due",
                $"The cancelled ride costs {e.Amount}."
            );

    // In an outage the rider can do nothing, and the payment is tried again when the ride ends.
    public static NotificationContent? ForRider(PaymentAuthorizationFailed e) =>
        e.Kind == PaymentFailureKind.Unavailable
            ? null
            : new(
                Audience.Rider,
                e.RiderId,
                e.RideId,
                e.At,
                NotificationKind.AuthorizationFailed,
                "Check your payment method",
                $"{e.Amount} could not be reserved: {Decline(e.Code)}. Your ride goes on. We will charge you when it ends: please make another card your default until then."
            );

    public static NotificationContent? ForRider(PaymentCaptured e) =>
        new(
            Audience.Rider,
            e.RiderId,
            e.RideId,
            e.At,
            NotificationKind.PaymentCaptured,
            "Payment received",
            $"We charged {e.Amount} to your payment method."
        );

    public static NotificationContent? ForRider(PaymentFailedV2 e) =>
        new(
            Audience.Rider,
            e.RiderId,
            e.RideId,
            e.At,
            NotificationKind.PaymentFailed,
            "Your payment failed",
            e.Kind == PaymentFailureKind.Unavailable
                ? $"{e.Amount} could not be charged: the payment service did not answer. "
                    + (
                        e is { WillRetry: true, RetryAt: { } at }
                            ? $"We will try again in {Span(at - e.At)}. You need not do anything."
                            : "We will not try again automatically."
                    )
                : $"{e.Amount} could not be charged: {Decline(e.Code)}. "
                    + (
                        e is { WillRetry: true, RetryAt: { } next }
                            ? $"We will try again in {Span(next - e.At)}."
                            : "We will not try again automatically. Please pay with another card."
                    )
        );

    public static NotificationContent? ForRider(PaymentRefunded e) =>
        new(
            Audience.Rider,
            e.RiderId,
            e.RideId,
            e.At,
            NotificationKind.PaymentRefunded,
            "We refunded your payment",
            $"{e.Amount} will be returned to your payment method."
        );

    public static NotificationContent? ForRider(BalanceOutstanding e) =>
        new(
            Audience.Rider,
            e.RiderId,
            e.RideId,
            e.At,
            NotificationKind.BalanceOutstanding,
            "You have an unpaid ride",
            $"{e.Amount} is outstanding. Pay it to request rides again."
        );

    public static NotificationContent? ForRider(BalanceSettled e) =>
        new(
            Audience.Rider,
            e.RiderId,
            e.RideId,
            e.At,
            NotificationKind.BalanceSettled,
            "Your balance is settled",
            $"You paid the outstanding {e.Amount}."
        );

    public static NotificationContent? ForRider(ReceiptIssued e) =>
        new(
            Audience.Rider,
            e.RiderId,
            e.RideId,
            e.At,
            NotificationKind.ReceiptIssued,
            "Your receipt",
            $"Receipt {e.Number} for {e.Total} is ready."
        );

    public static NotificationContent? ForDriver(DriverOffered e) =>
        new(
            Audience.Driver,
            e.DriverId,
            e.RideId,
            e.At,
            NotificationKind.RideOffered,
            "A ride for you",
            $"From {Name(e.Pickup)}, {Minutes(e.PickupEtaSeconds)} away, to {Name(e.Dropoff)}"
                + (e.Fare is { } fare ? $", for {fare}." : ".")
        );

    public static NotificationContent? ForDriver(DriverIgnoredOffers e) =>
        new(
            Audience.Driver,
            e.DriverId,
            e.RideId,
            e.At,
            NotificationKind.TakenOffDuty,
            "You are off duty",
            $"You did not answer {(e.Offers == 1 ? "an offer" : $"{e.Offers} offers in a row")}. Go online again to receive offers."
        );

    public static NotificationContent? ForDriver(DriverWentOffline e) =>
        e.Reason != ShiftEndReason.NotReporting
            ? null
            : new(
                Audience.Driver,
                e.DriverId,
                null,
                e.At,
                NotificationKind.TakenOffDuty,
                "You are off duty",
                "Your app has not reported where you are. Go online again to receive offers."
            );

    public static NotificationContent? ForDriver(DriverUnassigned e) =>
        new(
            Audience.Driver,
            e.DriverId,
            e.RideId,
            e.At,
            NotificationKind.RideWithdrawn,
            "The ride is no longer yours",
            e switch
            {
                { By: Initiator.Operator } => "We gave it to another driver. You are free for the next ride.",
                { SearchAgain: true } => "Another driver will take it over.",
                { By: Initiator.Driver } => "You released it, and it has ended. You are free for the next ride.",
                _ => "It ended before it was assigned to you. You are free for the next ride.",
            }
        );

    public static NotificationContent? ForDriver(RideCancelled e) =>
        e.DriverId is null
            ? null
            : new(
                Audience.Driver,
                e.DriverId,
                e.RideId,
                e.At,
                NotificationKind.RideCancelled,
                "The ride is cancelled",
                e.By switch
                {
                    Initiator.Rider => "The rider cancelled. You are free for the next ride.",
                    Initiator.Driver => "The rider did not come. You are free for the next ride.",
                    _ => "We had to cancel the ride. You are free for the next ride.",
                }
            );

    // Before the assignment the offer shows the new destination.
    public static NotificationContent? ForDriver(DestinationChanged e) =>
        e.DriverId is null
            ? null
            : new(
                Audience.Driver,
                e.DriverId,
                e.RideId,
                e.At,
                NotificationKind.DestinationChanged,
                "The destination has changed",
                $"The ride now goes to {Name(e.Dropoff)}{With(e.Stops)}, for {e.QuotedFare}."
            );

    static string With(IReadOnlyList<Place>? stops) =>
        stops switch
        {
            null or [] => "",
            [var only] => $" with a stop at {Name(only)}",
            _ => string.Create(CultureInfo.InvariantCulture, $" with {stops.Count} stops"),
        };

    static string Name(Place place) =>
        string.IsNullOrWhiteSpace(place.Address)
            ? string.Create(CultureInfo.InvariantCulture, $"{place.Lat:0.0000}, {place.Lng:0.0000}")
            : place.Address;

    static string Decline(string code) =>
        code == "no_payment_method"
            ? "you have no payment method"
            : $"your card was declined ({code.Replace('_', ' ')})";

    static string Span(TimeSpan span) =>
        span < TimeSpan.FromHours(1) ? Minutes(span.TotalSeconds)
        : Math.Round(span.TotalHours) is var hours && hours <= 1 ? "1 hour"
        : string.Create(CultureInfo.InvariantCulture, $"{hours:0} hours");

    static string Minutes(double seconds) =>
        Math.Ceiling(seconds / 60) is var minutes && minutes <= 1
            ? "1 minute"
            : string.Create(CultureInfo.InvariantCulture, $"{minutes:0} minutes");
}
