using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace RideBooking.Tests.CityDay;

/// <summary>What a day was like, computed from the event log alone.</summary>
internal static class DayReport
{
    public static string Of(Day day, IReadOnlyList<Reconciliation.Line> reconciliation)
    {
        var text = new StringBuilder();
        Section("Rides", Outcomes(day.Events));
        Section("Times", Times(day.Events));
        Section("Payments", Payments(day.Events));
        Section("Money", Money(day.Events));
        Section("Refused requests", day.Refusals.Select(refusal => (refusal.Key, $"{refusal.Value}")));
        text.AppendLine("Reconciliation");
        foreach (var line in reconciliation)
            text.AppendLine(CultureInfo.InvariantCulture, $"  {line}");
        return text.ToString();

        void Section(string title, IEnumerable<(string What, string Value)> rows)
        {
            text.AppendLine(title);
            foreach (var (what, value) in rows.OrderBy(row => row.What, StringComparer.Ordinal))
                text.AppendLine(CultureInfo.InvariantCulture, $"  {what, -44} {value, 12}");
        }
    }

    static IEnumerable<(string, string)> Outcomes(IReadOnlyList<JsonNode> events) =>
        events
            .Select(happened =>
                Type(happened) switch
                {
                    "RideRequested" => "requested",
                    "RideCompleted" => "completed",
                    "NoDriverFound" => "no driver found",
                    "RideCancelled" => $"cancelled by {Text(happened, "by")}, {Text(happened, "stage")}",
                    "DestinationChanged" => "destination changed",
                    "RideSearchStarted" => "booked ahead",
                    "DriverUnassigned" => "released by the driver",
                    "RideNeedsAttention" => "needed attention",
                    _ => null,
                }
            )
            .OfType<string>()
            .CountBy(outcome => outcome)
            .Select(outcome => (outcome.Key, $"{outcome.Value}"));

    static IEnumerable<(string, string)> Times(IReadOnlyList<JsonNode> events)
    {
        var (searched, assigned) = (
            new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal),
            new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal)
        );
        var (match, pickup, onDuty, onTrip) = (new List<double>(), new List<double>(), TimeSpan.Zero, TimeSpan.Zero);
        var (shifts, first) = (
            new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal),
            new HashSet<string>(StringComparer.Ordinal)
        );
        foreach (var happened in events)
        {
            var stream = happened["stream_id"]!.GetValue<string>();
            switch (Type(happened))
            {
                case "RideRequested" or "RideSearchStarted":
                    searched[stream] = At(happened);
                    break;
                case "DriverAssigned":
                    if (first.Add(stream))
                        match.Add((At(happened) - searched[stream]).TotalSeconds);
                    assigned[stream] = At(happened);
                    break;
                case "DriverArrived":
                    pickup.Add((At(happened) - assigned[stream]).TotalSeconds);
                    break;
                case "RideCompleted" or "RideCancelled" or "DriverUnassigned":
                    if (assigned.Remove(stream, out var since))
                        onTrip += At(happened) - since;
                    break;
                case "DriverWentOnline":
                    shifts[Text(happened, "driverId")] = At(happened);
                    break;
                case "DriverWentOffline":
                    if (shifts.Remove(Text(happened, "driverId"), out var begin))
                        onDuty += At(happened) - begin;
                    break;
            }
        }
        yield return ("time to match p50, p90, p99, seconds", Percentiles(match));
        yield return ("time to pickup p50, p90, p99, seconds", Percentiles(pickup));
        yield return ("drivers' utilisation, per cent", $"{(onDuty == TimeSpan.Zero ? 0 : 100 * (onTrip / onDuty)):0}");
    }

    static IEnumerable<(string, string)> Payments(IReadOnlyList<JsonNode> events) =>
        events
            .Select(happened =>
                Type(happened) switch
                {
                    "PaymentFailed" => $"attempt failed: {Text(happened, "code")}",
                    "PaymentAuthorized" => "authorized",
                    "PaymentAuthorizationFailed" => "authorization failed",
                    "PaymentCaptured" => "captured",
                    "PaymentRefunded" => "refunded",
                    "BalanceOutstanding" => "owed after the last attempt",
                    "BalanceSettled" => "owed and paid later",
                    "BalanceWrittenOff" => "written off",
                    _ => null,
                }
            )
            .OfType<string>()
            .CountBy(outcome => outcome)
            .Select(outcome => (outcome.Key, $"{outcome.Value}"));

    static IEnumerable<(string, string)> Money(IReadOnlyList<JsonNode> events)
    {
        yield return ("captured, EUR", Sum("PaymentCaptured", "amount"));
        yield return ("refunded, EUR", Sum("PaymentRefunded", "amount"));
        yield return ("fares, EUR", Sum("FareFinalized", "total"));
        yield return ("cancellation fees, EUR", Sum("CancellationFeeAssessed", "amount"));

        string Sum(string type, string member) =>
            events
                .Where(happened => Type(happened) == type)
                .Sum(happened =>
                    decimal.Parse(
                        happened["payload"]![member]!["amount"]!.GetValue<string>(),
                        CultureInfo.InvariantCulture
                    )
                )
                .ToString("0.00", CultureInfo.InvariantCulture);
    }

    static string Percentiles(List<double> values)
    {
        values.Sort();
        return values.Count == 0 ? "none" : string.Join(", ", new[] { 0.5, 0.9, 0.99 }.Select(Of));

        string Of(double part) =>
            values[(int)Math.Min(values.Count - 1, part * values.Count)].ToString("0", CultureInfo.InvariantCulture);
    }

    static string Type(JsonNode happened) => happened["event_type"]!.GetValue<string>();

    static string Text(JsonNode happened, string member) => happened["payload"]![member]!.GetValue<string>();

    static DateTimeOffset At(JsonNode happened) => happened["payload"]!["at"]!.GetValue<DateTimeOffset>();
}
