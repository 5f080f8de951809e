using System.Text.Json;
using RideBooking.Demo.People;

namespace RideBooking.Demo.Watching;

/// <summary>Describes an event in a few words.</summary>
internal static class Narrator
{
    /// <summary>Describes the event in an envelope.</summary>
    public static Observation Describe(JsonElement envelope)
    {
        var type = envelope.GetProperty("event_type").GetString()!;
        return new(
            envelope.GetProperty("timestamp").GetDateTimeOffset(),
            type,
            Words(type, envelope.GetProperty("payload"))
        );
    }

    static string Words(string type, JsonElement it)
    {
        var (rider, driver) = (Names.Of(Text(it, "riderId")), Names.Of(Text(it, "driverId")));
        return type switch
        {
            "RideRequested" => $"{rider} wants to go from {Address(it, "pickup")} to {Address(it, "dropoff")}",
            "RideSearchStarted" => $"the search for {rider}'s booked ride begins",
            "DestinationChanged" =>
                $"{rider} now wants to go to {Address(it, "dropoff")}, for {Money(it, "quotedFare")}",
            "DriverOffered" => $"{driver} is offered {rider}'s ride for {Money(it, "fare")}",
            "OfferDeclined" => $"{driver} declines",
            "OfferExpired" => $"{driver} did not answer in time",
            "DriverAssigned" => $"{driver} is on the way to {rider}",
            "DriverUnassigned" when Text(it, "by") == "operator" =>
                $"{rider}'s ride is taken from {driver} ({Text(it, "reason")})",
            "DriverUnassigned" => $"{driver} gives up {rider}'s ride ({Text(it, "reason")})",
            "NoDriverFound" => $"no driver for {rider}",
            "DriverArrived" => $"{driver} waits for {rider}",
            "RideStarted" => $"{rider} is aboard with {driver}",
            "RideCompleted" => $"{driver} has brought {rider} to {Address(it, "dropoff")}",
            "RideCancelled" when Text(it, "by") == Spellings.ByDriver => $"{rider} did not come, {driver} leaves",
            "RideCancelled" => $"{rider} cancels",
            "FareFinalized" => $"{rider}'s ride costs {Money(it, "total")}",
            "CancellationFeeAssessed" => $"cancelling costs {rider} {Money(it, "amount")}",
            "PaymentCaptured" => $"{rider} pays {Money(it, "amount")}",
            "PaymentRefunded" => $"{rider} gets {Money(it, "amount")} back",
            "PaymentFailed" => $"{rider}'s card fails: {Text(it, "code")?.Replace('_', ' ')}",
            "BalanceOutstanding" => $"{rider} owes {Money(it, "amount")}",
            "BalanceSettled" => $"{rider} pays the outstanding {Money(it, "amount")}",
            "ReceiptIssued" => $"receipt {Text(it, "number")} for {rider}",
            "RideRated" when Text(it, "by") == "driver" => $"{driver} gives {rider} {Text(it, "stars")} of 5 stars",
            "RideRated" => $"{rider} gives {driver} {Text(it, "stars")} of 5 stars",
            "DriverWentOnline" => $"{driver} goes on duty",
            "DriverWentOffline" => $"{driver} takes a break",
            _ => "",
        };
    }

    static string? Text(JsonElement it, string name) =>
        it.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String or JsonValueKind.Number
            ? value.ToString()
            : null;

    static string Address(JsonElement it, string name) =>
        it.TryGetProperty(name, out var place) && Text(place, "address") is { } address ? address : "somewhere";

    static string Money(JsonElement it, string name) =>
        it.TryGetProperty(name, out var money) && money.ValueKind == JsonValueKind.Object
            ? $"{Text(money, "amount")} {Text(money, "currency")}"
            : "the metered fare";
}
