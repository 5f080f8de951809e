using System.Globalization;
using RideBooking.Contracts;

namespace RideBooking.Notifications;

/// <summary>
/// Who is told what about each event; null where nobody need be told. Pure, so that the same event always says the same.
/// Durations rather than clock times, because nobody here knows the reader's time zone.
/// </summary>
internal static class NotificationTemplates
{
    public static NotificationContent? ForRider(DriverAssigned e) =>
        new(
            Audience.Rider,
            e.RiderId,
            e.RideId,
            e.At,
            "driverAssigned",
            "Your driver is on the way",
            $"{e.DriverName} comes with a {e.Vehicle.Model}, number plate {e.Vehicle.Plate}, in about {Minutes(e.EtaSeconds)}."
        );

    // When the ride is over, its rider knows already that no driver comes.
    public static NotificationContent? ForRider(DriverUnassigned e) =>
        !e.SearchAgain
            ? null
            : new(
                Audience.Rider,
                e.RiderId,
                e.RideId,
                e.At,
                "searchingAgain",
                "We are looking for another driver",
                "Your driver cannot come after all. You need not do anything: the search goes on."
            );

    public static NotificationContent? ForRider(NoDriverFound e) =>
        new(
            Audience.Rider,
            e.RiderId,
            e.RideId,
            e.At,
            "noDriverFound",
            "No driver found",
            "We looked everywhere near you and no driver is free. You pay nothing."
        );

    public static NotificationContent? ForRider(DriverArrived e) =>
        new(
            Audience.Rider,
            e.RiderId,
            e.RideId,
            e.At,
            "driverArrived",
            "Your driver is here",
            $"Your driver waits at the pickup. Waiting is free for {Minutes((e.FreeWaitUntil - e.At).TotalSeconds)}."
        );

    public static NotificationContent? ForRider(RideStarted e) =>
        new(Audience.Rider, e.RiderId, e.RideId, e.At, "rideStarted", "Your ride has begun", "Have a good ride.");

    public static NotificationContent? ForRider(RideCompleted e) =>
        new(
            Audience.Rider,
            e.RiderId,
            e.RideId,
            e.At,
            "rideCompleted",
            "You have arrived",
            "Thank you for riding with us. The fare follows."
        );

    public static NotificationContent? ForRider(RideCancelled e) =>
        new(
            Audience.Rider,
            e.RiderId,
            e.RideId,
            e.At,
            "rideCancelled",
            "Your ride is cancelled",
            e.By switch
            {
                "rider" => "You cancelled the ride.",
                "driver" => "Your driver waited for you at the pickup and has left.",
                _ => "We had to cancel the ride. We are sorry.",
            }
        );

    public static NotificationContent? ForRider(FareFinalized e) =>
        new(Audience.Rider, e.RiderId, e.RideId, e.At, "fareFinalized", "Your fare", $"Your ride costs {e.Total}.");

    public static NotificationContent? ForRider(CancellationFeeAssessed e) =>
        e.Amount.Amount <= 0
            ? null
            : new(
                Audience.Rider,
                e.RiderId,
                e.RideId,
                e.At,
                "cancellationFee",
                "A cancellation fee is due",
                $"The cancelled ride costs {e.Amount}."
            );

    public static NotificationContent? ForRider(PaymentCaptured e) =>
        new(
            Audience.Rider,
            e.RiderId,
            e.RideId,
            e.At,
            "paymentCaptured",
            "Payment received",
            $"We charged {e.Amount} to your payment method."
        );

    public static NotificationContent? ForRider(PaymentFailed e) =>
        new(
            Audience.Rider,
            e.RiderId,
            e.RideId,
            e.At,
            "paymentFailed",
            "Your payment failed",
            $"{e.Amount} could not be charged ({e.Code.Replace('_', ' ')}). "
                + (e.WillRetry ? "We will try again." : "We will not try again by ourselves.")
        );

    public static NotificationContent? ForRider(BalanceOutstanding e) =>
        new(
            Audience.Rider,
            e.RiderId,
            e.RideId,
            e.At,
            "balanceOutstanding",
            "You have an unpaid ride",
            $"{e.Amount} is outstanding. Pay it to ride again."
        );

    public static NotificationContent? ForRider(BalanceSettled e) =>
        new(
            Audience.Rider,
            e.RiderId,
            e.RideId,
            e.At,
            "balanceSettled",
            "Your balance is settled",
            $"You paid {e.Amount} that was outstanding."
        );

    public static NotificationContent? ForRider(ReceiptIssued e) =>
        new(
            Audience.Rider,
            e.RiderId,
            e.RideId,
            e.At,
            "receiptIssued",
            "Your receipt",
            $"Receipt {e.Number} over {e.Total} is ready."
        );

    public static NotificationContent? ForDriver(DriverOffered e) =>
        new(
            Audience.Driver,
            e.DriverId,
            e.RideId,
            e.At,
            "rideOffered",
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
            "takenOffDuty",
            "You are off duty",
            $"You did not answer {(e.Offers == 1 ? "an offer" : $"{e.Offers} offers in a row")}. Go online again to be offered rides."
        );

    public static NotificationContent? ForDriver(DriverUnassigned e) =>
        new(
            Audience.Driver,
            e.DriverId,
            e.RideId,
            e.At,
            "rideWithdrawn",
            "The ride is no longer yours",
            e.SearchAgain
                ? "Another driver takes it over."
                : "It was over before you had it. You are free for the next."
        );

    public static NotificationContent? ForDriver(RideCancelled e) =>
        e.DriverId is null
            ? null
            : new(
                Audience.Driver,
                e.DriverId,
                e.RideId,
                e.At,
                "rideCancelled",
                "The ride is cancelled",
                e.By switch
                {
                    "rider" => "The rider cancelled. You are free for the next ride.",
                    "driver" => "The rider did not come. You are free for the next ride.",
                    _ => "We had to cancel the ride. You are free for the next ride.",
                }
            );

    static string Name(Place place) =>
        string.IsNullOrWhiteSpace(place.Address)
            ? string.Create(CultureInfo.InvariantCulture, $"{place.Lat:0.0000}, {place.Lng:0.0000}")
            : place.Address;

    static string Minutes(double seconds) =>
        Math.Ceiling(seconds / 60) is var minutes && minutes <= 1
            ? "1 minute"
            : string.Create(CultureInfo.InvariantCulture, $"{minutes:0} minutes");
}
