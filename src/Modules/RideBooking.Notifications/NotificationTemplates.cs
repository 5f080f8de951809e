using System.Collections.Frozen;
using RideBooking.Contracts;

namespace RideBooking.Notifications;

/// <summary>Who is notified of what, and with which words in each language: one entry for each.</summary>
/// <remarks>
/// Pure, so that the same event always gives the same notification. What is stored is the template's key and its data. A key
/// that was once released is never removed or given another meaning. docs/notifications.md shows all of them.
/// </remarks>
internal static class NotificationTemplates
{
    /// <summary>All templates. Of those of one event and audience, at most one applies to an event.</summary>
    public static IReadOnlyList<NotificationTemplate> All { get; } =
    [
        ForRider<DriverAssigned>(
            NotificationKind.DriverAssigned,
            "a driver accepts the ride",
            e =>
                new(
                    e.RiderId,
                    e.RideId,
                    e.At,
                    ("name", e.DriverName),
                    ("model", e.Vehicle.Model),
                    ("plate", e.Vehicle.Plate),
                    ("eta", e.EtaSeconds)
                ),
            new(
                "Your driver is on the way",
                "{name} arrives in a {model}, number plate {plate}, in about {eta:minutes}."
            ),
            new("Ihr Fahrer ist unterwegs", "{name} kommt mit {model}, Kennzeichen {plate}, in etwa {eta:minutes}.")
        ),
        // If the ride has ended, its rider already knows that no driver will come.
        ForRider<DriverUnassigned>(
            $"{NotificationKind.SearchingAgain}.byOperator",
            "an operator takes the ride from its driver, and the search continues",
            e => new(e.RiderId, e.RideId, e.At),
            new(
                "We are looking for another driver",
                "We have to send you another driver. You need not do anything: the search continues."
            ),
            new(
                "Wir suchen einen anderen Fahrer",
                "Wir müssen Ihnen einen anderen Fahrer schicken. Sie müssen nichts tun: Die Suche geht weiter."
            ),
            e => e.SearchAgain && e.By == Initiator.Operator
        ),
        ForRider<DriverUnassigned>(
            NotificationKind.SearchingAgain,
            "the driver leaves the ride, and the search continues",
            e => new(e.RiderId, e.RideId, e.At),
            new(
                "We are looking for another driver",
                "Your driver cannot come. You need not do anything: the search continues."
            ),
            new(
                "Wir suchen einen anderen Fahrer",
                "Ihr Fahrer kann nicht kommen. Sie müssen nichts tun: Die Suche geht weiter."
            ),
            e => e.SearchAgain && e.By != Initiator.Operator
        ),
        ForRider<NoDriverFound>(
            NotificationKind.NoDriverFound,
            "the search ends without a driver",
            e => new(e.RiderId, e.RideId, e.At),
            new("No driver found", "No driver near you is available. You pay nothing."),
            new("Kein Fahrer gefunden", "In Ihrer Nähe ist kein Fahrer frei. Sie bezahlen nichts.")
        ),
        ForRider<DriverArrived>(
            NotificationKind.DriverArrived,
            "the driver arrives at the pickup",
            e => new(e.RiderId, e.RideId, e.At, ("wait", (e.FreeWaitUntil - e.At).TotalSeconds)),
            new("Your driver is here", "Your driver is waiting at the pickup. Waiting is free for {wait:minutes}."),
            new("Ihr Fahrer ist da", "Ihr Fahrer wartet am Abholort. Das Warten ist {wait:minutes} lang kostenlos.")
        ),
        ForRider<RideStarted>(
            NotificationKind.RideStarted,
            "the ride begins",
            e => new(e.RiderId, e.RideId, e.At),
            new("Your ride has begun", "Have a good ride."),
            new("Ihre Fahrt hat begonnen", "Gute Fahrt.")
        ),
        ForRider<RideCompleted>(
            NotificationKind.RideCompleted,
            "the ride is completed",
            e => new(e.RiderId, e.RideId, e.At),
            new("You have arrived", "Thank you for riding with us. Your fare will follow."),
            new("Sie sind angekommen", "Danke, dass Sie mit uns gefahren sind. Der Fahrpreis folgt.")
        ),
        ForRider<RideCancelled>(
            $"{NotificationKind.RideCancelled}.byRider",
            "the rider cancels the ride",
            e => new(e.RiderId, e.RideId, e.At),
            new("Your ride is cancelled", "You cancelled the ride."),
            new("Ihre Fahrt ist storniert", "Sie haben die Fahrt storniert."),
            e => e.By == Initiator.Rider
        ),
        ForRider<RideCancelled>(
            $"{NotificationKind.RideCancelled}.byDriver",
            "the driver reports that the rider did not come",
            e => new(e.RiderId, e.RideId, e.At),
            new("Your ride is cancelled", "Your driver waited for you at the pickup and has left."),
            new("Ihre Fahrt ist storniert", "Ihr Fahrer hat am Abholort auf Sie gewartet und ist weitergefahren."),
            e => e.By == Initiator.Driver
        ),
        ForRider<RideCancelled>(
            $"{NotificationKind.RideCancelled}.bySystem",
            "an operator or the system cancels the ride",
            e => new(e.RiderId, e.RideId, e.At),
            new("Your ride is cancelled", "We had to cancel the ride. We are sorry."),
            new("Ihre Fahrt ist storniert", "Wir mussten die Fahrt stornieren. Das tut uns leid."),
            e => e.By is not (Initiator.Rider or Initiator.Driver)
        ) with
        {
            ByEmail = true,
        },
        ForRider<FareFinalized>(
            NotificationKind.FareFinalized,
            "the fare is known",
            e => new(e.RiderId, e.RideId, e.At, ("fare", e.Total)),
            new("Your fare", "Your ride costs {fare:money}."),
            new("Ihr Fahrpreis", "Ihre Fahrt kostet {fare:money}.")
        ),
        ForRider<CancellationFeeAssessedV2>(
            NotificationKind.CancellationFee,
            "a cancelled ride costs a fee",
            e => new(e.RiderId, e.RideId, e.At, ("fee", e.Amount)),
            new("A cancellation fee is due", "The cancelled ride costs {fee:money}."),
            new("Eine Stornogebühr ist fällig", "Die stornierte Fahrt kostet {fee:money}."),
            e => e.Amount.Amount > 0
        ) with
        {
            ByEmail = true,
        },
        ForRider<PaymentCaptured>(
            NotificationKind.PaymentCaptured,
            "the payment is captured",
            e => new(e.RiderId, e.RideId, e.At, ("amount", e.Amount)),
            new("Payment received", "We charged {amount:money} to your payment method."),
            new("Zahlung erhalten", "Wir haben {amount:money} von Ihrem Zahlungsmittel abgebucht.")
        ),
        // Without a time of the next attempt there is none.
        ForRider<PaymentFailedV2>(
            $"{NotificationKind.PaymentFailed}.declined",
            "the card is declined, and another attempt follows",
            e => new(e.RiderId, e.RideId, e.At, ("amount", e.Amount), ("code", e.Code), ("retry", RetryIn(e))),
            new(
                "Your payment failed",
                "{amount:money} could not be charged: {code:cause}. We will try again in {retry:span}."
            ),
            new(
                "Ihre Zahlung ist fehlgeschlagen",
                "{amount:money} konnten nicht abgebucht werden: {code:cause}. Wir versuchen es in {retry:span} noch einmal."
            ),
            e => IsRetried(e) && e.Kind != PaymentFailureKind.Unavailable
        ),
        ForRider<PaymentFailedV2>(
            $"{NotificationKind.PaymentFailed}.declinedFinally",
            "the card is declined, and no other attempt follows",
            e => new(e.RiderId, e.RideId, e.At, ("amount", e.Amount), ("code", e.Code)),
            new(
                "Your payment failed",
                "{amount:money} could not be charged: {code:cause}. We will not try again automatically. Please pay with another card."
            ),
            new(
                "Ihre Zahlung ist fehlgeschlagen",
                "{amount:money} konnten nicht abgebucht werden: {code:cause}. Wir versuchen es nicht von selbst noch einmal. Bitte bezahlen Sie mit einer anderen Karte."
            ),
            e => !IsRetried(e) && e.Kind != PaymentFailureKind.Unavailable
        ),
        ForRider<PaymentFailedV2>(
            $"{NotificationKind.PaymentFailed}.unavailable",
            "the payment service does not answer, and another attempt follows",
            e => new(e.RiderId, e.RideId, e.At, ("amount", e.Amount), ("retry", RetryIn(e))),
            new(
                "Your payment failed",
                "{amount:money} could not be charged: the payment service did not answer. We will try again in {retry:span}. You need not do anything."
            ),
            new(
                "Ihre Zahlung ist fehlgeschlagen",
                "{amount:money} konnten nicht abgebucht werden: Der Zahlungsdienst hat nicht geantwortet. Wir versuchen es in {retry:span} noch einmal. Sie müssen nichts tun."
            ),
            e => IsRetried(e) && e.Kind == PaymentFailureKind.Unavailable
        ),
        ForRider<PaymentFailedV2>(
            $"{NotificationKind.PaymentFailed}.unavailableFinally",
            "the payment service does not answer, and no other attempt follows",
            e => new(e.RiderId, e.RideId, e.At, ("amount", e.Amount)),
            new(
                "Your payment failed",
                "{amount:money} could not be charged: the payment service did not answer. We will not try again automatically."
            ),
            new(
                "Ihre Zahlung ist fehlgeschlagen",
                "{amount:money} konnten nicht abgebucht werden: Der Zahlungsdienst hat nicht geantwortet. Wir versuchen es nicht von selbst noch einmal."
            ),
            e => !IsRetried(e) && e.Kind == PaymentFailureKind.Unavailable
        ),
        // In an outage the rider can do nothing, and the payment is tried again when the ride ends.
        ForRider<PaymentAuthorizationFailed>(
            NotificationKind.AuthorizationFailed,
            "the expected fare cannot be reserved, because the card is declined",
            e => new(e.RiderId, e.RideId, e.At, ("amount", e.Amount), ("code", e.Code)),
            new(
                "Check your payment method",
                "{amount:money} could not be reserved: {code:cause}. Your ride goes on. We will charge you when it ends: please make another card your default until then."
            ),
            new(
                "Prüfen Sie Ihr Zahlungsmittel",
                "{amount:money} konnten nicht vorgemerkt werden: {code:cause}. Ihre Fahrt geht weiter. Wir buchen ab, wenn sie endet: Bitte machen Sie bis dahin eine andere Karte zu Ihrer Standardkarte."
            ),
            e => e.Kind != PaymentFailureKind.Unavailable
        ),
        ForRider<PaymentRefunded>(
            NotificationKind.PaymentRefunded,
            "a payment is refunded, in full or in part",
            e => new(e.RiderId, e.RideId, e.At, ("amount", e.Amount)),
            new("We refunded your payment", "{amount:money} will be returned to your payment method."),
            new("Wir haben Ihre Zahlung erstattet", "{amount:money} gehen an Ihr Zahlungsmittel zurück.")
        ) with
        {
            ByEmail = true,
        },
        ForRider<BalanceOutstanding>(
            NotificationKind.BalanceOutstanding,
            "the rider owes the amount of a ride",
            e => new(e.RiderId, e.RideId, e.At, ("amount", e.Amount)),
            new("You have an unpaid ride", "{amount:money} is outstanding. Pay it to request rides again."),
            new(
                "Eine Fahrt ist nicht bezahlt",
                "{amount:money} sind offen. Bezahlen Sie den Betrag, um wieder Fahrten zu buchen."
            )
        ) with
        {
            ByEmail = true,
        },
        ForRider<BalanceSettled>(
            NotificationKind.BalanceSettled,
            "the rider pays what they owed",
            e => new(e.RiderId, e.RideId, e.At, ("amount", e.Amount)),
            new("Your balance is settled", "You paid the outstanding {amount:money}."),
            new("Ihr Konto ist ausgeglichen", "Sie haben die offenen {amount:money} bezahlt.")
        ) with
        {
            ByEmail = true,
        },
        ForRider<BalanceWrittenOff>(
            NotificationKind.BalanceWrittenOff,
            "an operator writes off what the rider owed",
            e => new(e.RiderId, e.RideId, e.At, ("amount", e.Amount)),
            new("You owe nothing any more", "We waived the outstanding {amount:money}. You can request rides again."),
            new(
                "Sie schulden nichts mehr",
                "Wir verzichten auf die offenen {amount:money}. Sie können wieder Fahrten buchen."
            )
        ) with
        {
            ByEmail = true,
        },
        ForRider<ReceiptIssued>(
            NotificationKind.ReceiptIssued,
            "the receipt is issued",
            e => new(e.RiderId, e.RideId, e.At, ("number", e.Number), ("total", e.Total)),
            new("Your receipt", "Receipt {number} for {total:money} is ready."),
            new("Ihre Quittung", "Die Quittung {number} über {total:money} liegt bereit.")
        ) with
        {
            ByEmail = true,
        },
        ForDriver<DriverOffered>(
            $"{NotificationKind.RideOffered}.withFare",
            "a ride with a promised fare is offered",
            e =>
                new(
                    e.DriverId,
                    e.RideId,
                    e.At,
                    ("pickup", e.Pickup),
                    ("eta", e.PickupEtaSeconds),
                    ("dropoff", e.Dropoff),
                    ("fare", e.Fare!)
                ),
            new("A ride for you", "From {pickup}, {eta:minutes} away, to {dropoff}, for {fare:money}."),
            new("Eine Fahrt für Sie", "Von {pickup}, {eta:minutes} entfernt, nach {dropoff}, für {fare:money}."),
            e => e.Fare is not null
        ),
        ForDriver<DriverOffered>(
            NotificationKind.RideOffered,
            "a ride without a promised fare is offered",
            e =>
                new(
                    e.DriverId,
                    e.RideId,
                    e.At,
                    ("pickup", e.Pickup),
                    ("eta", e.PickupEtaSeconds),
                    ("dropoff", e.Dropoff)
                ),
            new("A ride for you", "From {pickup}, {eta:minutes} away, to {dropoff}."),
            new("Eine Fahrt für Sie", "Von {pickup}, {eta:minutes} entfernt, nach {dropoff}."),
            e => e.Fare is null
        ),
        new ReplacementTemplate(
            $"{NotificationKind.RideOffered}.forgotten",
            Audience.Driver,
            "the rider of an offered ride is forgotten: it replaces the offer",
            new("A ride for you", "The data of this ride was deleted."),
            new("Eine Fahrt für Sie", "Die Daten dieser Fahrt wurden gelöscht.")
        ),
        ForDriver<DestinationChanged>(
            NotificationKind.DestinationChanged,
            "the rider changes the destination",
            e => new(e.DriverId!, e.RideId, e.At, ("dropoff", e.Dropoff), ("fare", e.QuotedFare)),
            new("The destination has changed", "The ride now goes to {dropoff}, for {fare:money}."),
            new("Das Ziel hat sich geändert", "Die Fahrt geht jetzt nach {dropoff}, für {fare:money}."),
            e => e is { DriverId: not null, Stops: null or [] }
        ),
        ForDriver<DestinationChanged>(
            $"{NotificationKind.DestinationChanged}.withStop",
            "the rider changes the destination, with one stop",
            e =>
                new(e.DriverId!, e.RideId, e.At, ("dropoff", e.Dropoff), ("stop", e.Stops![0]), ("fare", e.QuotedFare)),
            new(
                "The destination has changed",
                "The ride now goes to {dropoff} with a stop at {stop}, for {fare:money}."
            ),
            new(
                "Das Ziel hat sich geändert",
                "Die Fahrt geht jetzt nach {dropoff}, mit Halt bei {stop}, für {fare:money}."
            ),
            e => e is { DriverId: not null, Stops: [_] }
        ),
        ForDriver<DestinationChanged>(
            $"{NotificationKind.DestinationChanged}.withStops",
            "the rider changes the destination, with several stops",
            e =>
                new(
                    e.DriverId!,
                    e.RideId,
                    e.At,
                    ("dropoff", e.Dropoff),
                    ("stops", e.Stops!.Count),
                    ("fare", e.QuotedFare)
                ),
            new("The destination has changed", "The ride now goes to {dropoff} with {stops} stops, for {fare:money}."),
            new(
                "Das Ziel hat sich geändert",
                "Die Fahrt geht jetzt nach {dropoff}, mit {stops} Halten, für {fare:money}."
            ),
            e => e is { DriverId: not null, Stops.Count: > 1 }
        ),
        new ReplacementTemplate(
            $"{NotificationKind.DestinationChanged}.forgotten",
            Audience.Driver,
            "the rider is forgotten: it replaces the change of the destination",
            new("The destination has changed", "The data of this ride was deleted."),
            new("Das Ziel hat sich geändert", "Die Daten dieser Fahrt wurden gelöscht.")
        ),
        ForDriver<DriverIgnoredOffers>(
            $"{NotificationKind.TakenOffDuty}.oneIgnored",
            "the driver ignores an offer, and that ends the shift",
            e => new(e.DriverId, e.RideId, e.At),
            new("You are off duty", "You did not answer an offer. Go online again to receive offers."),
            new(
                "Ihre Schicht ist beendet",
                "Sie haben ein Angebot nicht beantwortet. Melden Sie sich wieder an, um Angebote zu erhalten."
            ),
            e => e.Offers == 1
        ),
        ForDriver<DriverIgnoredOffers>(
            $"{NotificationKind.TakenOffDuty}.ignored",
            "the driver ignores several offers in a row",
            e => new(e.DriverId, e.RideId, e.At, ("offers", e.Offers)),
            new("You are off duty", "You did not answer {offers} offers in a row. Go online again to receive offers."),
            new(
                "Ihre Schicht ist beendet",
                "Sie haben {offers} Angebote nacheinander nicht beantwortet. Melden Sie sich wieder an, um Angebote zu erhalten."
            ),
            e => e.Offers != 1
        ),
        // Of ignored offers the driver has been notified already.
        ForDriver<DriverWentOffline>(
            $"{NotificationKind.TakenOffDuty}.bySystem",
            "the system ends the shift for another reason",
            e => new(e.DriverId, null, e.At),
            new("You are off duty", "Your shift was ended automatically. Go online again to receive offers."),
            new(
                "Ihre Schicht ist beendet",
                "Ihre Schicht wurde automatisch beendet. Melden Sie sich wieder an, um Angebote zu erhalten."
            ),
            e => e.Reason is not (ShiftEndReason.Driver or ShiftEndReason.OffersIgnored or ShiftEndReason.NotReporting)
        ),
        ForDriver<DriverWentOffline>(
            $"{NotificationKind.TakenOffDuty}.notReporting",
            "the driver's app does not report where they are, and that ends the shift",
            e => new(e.DriverId, null, e.At),
            new("You are off duty", "Your app has not reported where you are. Go online again to receive offers."),
            new(
                "Ihre Schicht ist beendet",
                "Ihre App hat nicht gemeldet, wo Sie sind. Melden Sie sich wieder an, um Angebote zu erhalten."
            ),
            e => e.Reason == ShiftEndReason.NotReporting
        ),
        ForDriver<DriverUnassigned>(
            $"{NotificationKind.RideWithdrawn}.searching",
            "the driver no longer has the ride, and the search continues",
            e => new(e.DriverId, e.RideId, e.At),
            new("The ride is no longer yours", "Another driver will take it over."),
            new("Die Fahrt gehört Ihnen nicht mehr", "Ein anderer Fahrer übernimmt sie."),
            e => e.SearchAgain && e.By != Initiator.Operator
        ),
        ForDriver<DriverUnassigned>(
            $"{NotificationKind.RideWithdrawn}.byOperator",
            "an operator takes the ride from the driver",
            e => new(e.DriverId, e.RideId, e.At),
            new("The ride is no longer yours", "We gave it to another driver. You are free for the next ride."),
            new(
                "Die Fahrt gehört Ihnen nicht mehr",
                "Wir haben sie einem anderen Fahrer gegeben. Sie sind frei für die nächste Fahrt."
            ),
            e => e.By == Initiator.Operator
        ),
        ForDriver<DriverUnassigned>(
            $"{NotificationKind.RideWithdrawn}.released",
            "the driver releases the ride, and it ends",
            e => new(e.DriverId, e.RideId, e.At),
            new("The ride is no longer yours", "You released it, and it has ended. You are free for the next ride."),
            new(
                "Die Fahrt gehört Ihnen nicht mehr",
                "Sie haben sie abgegeben, und sie ist beendet. Sie sind frei für die nächste Fahrt."
            ),
            e => !e.SearchAgain && e.By == Initiator.Driver
        ),
        ForDriver<DriverUnassigned>(
            $"{NotificationKind.RideWithdrawn}.ended",
            "the ride ended before it was assigned to the driver",
            e => new(e.DriverId, e.RideId, e.At),
            new(
                "The ride is no longer yours",
                "It ended before it was assigned to you. You are free for the next ride."
            ),
            new(
                "Die Fahrt gehört Ihnen nicht mehr",
                "Sie endete, bevor sie Ihnen zugeteilt wurde. Sie sind frei für die nächste Fahrt."
            ),
            e => !e.SearchAgain && e.By is not (Initiator.Operator or Initiator.Driver)
        ),
        ForDriver<RideCancelled>(
            $"{NotificationKind.RideCancelled}.ofDriver.byRider",
            "the rider cancels the driver's ride",
            e => new(e.DriverId!, e.RideId, e.At),
            new("The ride is cancelled", "The rider cancelled. You are free for the next ride."),
            new("Die Fahrt ist storniert", "Der Fahrgast hat storniert. Sie sind frei für die nächste Fahrt."),
            e => e.DriverId is not null && e.By == Initiator.Rider
        ),
        ForDriver<RideCancelled>(
            $"{NotificationKind.RideCancelled}.ofDriver.byDriver",
            "the driver reports that the rider did not come",
            e => new(e.DriverId!, e.RideId, e.At),
            new("The ride is cancelled", "The rider did not come. You are free for the next ride."),
            new("Die Fahrt ist storniert", "Der Fahrgast ist nicht gekommen. Sie sind frei für die nächste Fahrt."),
            e => e.DriverId is not null && e.By == Initiator.Driver
        ),
        ForDriver<RideCancelled>(
            $"{NotificationKind.RideCancelled}.ofDriver.bySystem",
            "an operator or the system cancels the driver's ride",
            e => new(e.DriverId!, e.RideId, e.At),
            new("The ride is cancelled", "We had to cancel the ride. You are free for the next ride."),
            new("Die Fahrt ist storniert", "Wir mussten die Fahrt stornieren. Sie sind frei für die nächste Fahrt."),
            e => e.DriverId is not null && e.By is not (Initiator.Rider or Initiator.Driver)
        ),
        ForOperators<RideNeedsAttention>(
            NotificationKind.RideNeedsAttention,
            "something about a ride is implausible or stuck",
            e => new(NotificationContent.Operators, e.RideId, e.At, ("kind", e.Kind), ("reason", e.Reason)),
            new("A ride needs attention", "{kind}: {reason}"),
            new("Eine Fahrt braucht Aufmerksamkeit", "{kind}: {reason}")
        ),
    ];

    static readonly FrozenDictionary<string, NotificationTemplate> s_byKey = All.ToFrozenDictionary(template =>
        template.Key
    );

    /// <summary>The kinds with personal data of a rider.</summary>
    public static IReadOnlyList<string> PersonalKinds { get; } =
    [.. All.OfType<ReplacementTemplate>().Select(template => template.Kind)];

    /// <summary>Returns what replaces the notifications of a kind; null if they have no personal data.</summary>
    public static ReplacementTemplate? ReplacementOf(string kind) =>
        All.OfType<ReplacementTemplate>().FirstOrDefault(template => template.Kind == kind);

    /// <summary>Returns a template by its key; null for a key that this version does not know.</summary>
    public static NotificationTemplate? Find(string key) => s_byKey.GetValueOrDefault(key);

    /// <summary>Returns the notifications of an event, at most one for each audience.</summary>
    public static IEnumerable<NotificationContent> Of(object happened) =>
        All.Select(template => template.Of(happened)).OfType<NotificationContent>();

    static bool IsRetried(PaymentFailedV2 e) => e is { WillRetry: true, RetryAt: not null };

    static double RetryIn(PaymentFailedV2 e) => (e.RetryAt!.Value - e.At).TotalSeconds;

    static NotificationTemplate<T> ForRider<T>(
        string key,
        string when,
        Func<T, Recipient> recipient,
        Words english,
        Words german,
        Func<T, bool>? condition = null
    )
        where T : class => new(key, Audience.Rider, when, recipient, english, german, condition);

    static NotificationTemplate<T> ForDriver<T>(
        string key,
        string when,
        Func<T, Recipient> recipient,
        Words english,
        Words german,
        Func<T, bool>? condition = null
    )
        where T : class => new(key, Audience.Driver, when, recipient, english, german, condition);

    static NotificationTemplate<T> ForOperators<T>(
        string key,
        string when,
        Func<T, Recipient> recipient,
        Words english,
        Words german,
        Func<T, bool>? condition = null
    )
        where T : class => new(key, Audience.Operator, when, recipient, english, german, condition);
}
