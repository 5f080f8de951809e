using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using static RideBooking.IntegrationTests.FaultInjection.Database;

namespace RideBooking.IntegrationTests.FaultInjection;

/// <summary>
/// I8: projections match the event log. Each projection is computed here once more, from the log alone, and compared line
/// by line, so that extra, missing and different lines are all found.
/// </summary>
sealed class Projections(Database database, IReadOnlyList<JsonElement> log)
{
    const decimal DriversShare = 0.80m; // the default of Drivers:Share
    static readonly string[] s_answers = ["Pending", "Withdrawn", "Expired", "Declined", "Accepted"];

    public async Task<IReadOnlyList<string>> Differences() =>
        [
            .. await Compare(
                "analytics' rides",
                "SELECT ride_id, arrived_driver_id, outcome, cancelled_by, captured_amount FROM {analytics.ride_facts}",
                row => Line(Text(row, 0), Text(row, 1), Text(row, 2), Text(row, 3), Number(row, 4)),
                Rides()
            ),
            .. await Compare(
                "analytics' offers",
                "SELECT offer_id, ride_id, driver_id, answer, released FROM {analytics.offer_facts}",
                row => Line(Text(row, 0), Text(row, 1), Text(row, 2), Text(row, 3), Number(row, 4) != 0),
                Offers()
            ),
            .. await Compare(
                "earnings",
                "SELECT ride_id, driver_id, fare_amount, earned_amount, earned_currency FROM {drivers.earnings}",
                row => Line(Text(row, 0), Text(row, 1), Number(row, 2), Number(row, 3), Text(row, 4)),
                Of("FareFinalized")
                    .Select(e =>
                        Line(
                            Field(e, "rideId"),
                            Field(e, "driverId"),
                            Amount(e, "total"),
                            decimal.Round(Amount(e, "total") * DriversShare, 2, MidpointRounding.AwayFromZero),
                            Payload(e).GetProperty("total").GetProperty("currency").GetString()
                        )
                    )
            ),
            .. await Compare(
                "invoices",
                "SELECT ride_id, rider_id, total_amount, CASE WHEN paid_at IS NULL THEN 0 ELSE 1 END FROM {billing.invoices}",
                row => Line(Text(row, 0), Text(row, 1), Number(row, 2), Number(row, 3) != 0),
                Invoices()
            ),
            .. await Compare(
                "receipts",
                "SELECT ride_id, number FROM {billing.invoices} WHERE paid_at IS NOT NULL",
                row => Line(Text(row, 0), Text(row, 1)),
                Of("ReceiptIssued").Select(e => Line(Field(e, "rideId"), Field(e, "number")))
            ),
            .. await Compare(
                "notifications",
                "SELECT event_id, audience, recipient_id, kind FROM {notifications.notifications}",
                row => Line(Text(row, 0), Text(row, 1), Text(row, 2), Text(row, 3)),
                log.SelectMany(NotificationsOf)
            ),
        ];

    async Task<IEnumerable<string>> Compare(
        string projection,
        string live,
        Func<DbDataReader, string> line,
        IEnumerable<string> expected
    )
    {
        var (are, shouldBe) = ((await database.Query(live, line)).Order().ToList(), expected.Order().ToList());
        // Not sets: a duplicate line is a violation.
        return
        [
            .. Without(are, shouldBe)
                .Select(extra => $"I8: {projection} have '{extra}', which the log does not contain."),
            .. Without(shouldBe, are).Select(missing => $"I8: {projection} lack '{missing}', which the log contains."),
        ];

        static IEnumerable<string> Without(List<string> all, List<string> those) =>
            those.Aggregate(new List<string>(all), (left, line) => left.Remove(line) ? left : left);
    }

    IEnumerable<string> Rides() =>
        from ride in Of(
                "RideRequested",
                "DriverArrived",
                "RideStarted",
                "RideCompleted",
                "RideCancelled",
                "NoDriverFound",
                "PaymentCaptured"
            )
            .GroupBy(e => Field(e, "rideId"))
        let end = ride.LastOrDefault(e => Type(e) is "RideCompleted" or "RideCancelled" or "NoDriverFound")
        let ended = end.ValueKind is JsonValueKind.Undefined ? "" : Type(end)
        select Line(
            ride.Key,
            ride.Where(e => Type(e) == "DriverArrived").Select(e => Field(e, "driverId")).LastOrDefault(),
            ended switch
            {
                "RideCompleted" => "completed",
                "RideCancelled" => "cancelled",
                "NoDriverFound" => "noDriverFound",
                _ => "",
            },
            ended == "RideCancelled" ? Field(end, "by") : "",
            ride.Where(e => Type(e) == "PaymentCaptured").Select(e => Amount(e, "amount")).LastOrDefault()
        );

    IEnumerable<string> Offers() =>
        from offer in Of("DriverOffered", "OfferDeclined", "OfferExpired", "DriverAssigned", "DriverUnassigned")
            .GroupBy(e => Field(e, "offerId"))
        let answer = offer.Max(e =>
            Array.IndexOf(
                s_answers,
                Type(e) switch
                {
                    "OfferDeclined" => "Declined",
                    "OfferExpired" => Field(e, "reason") == "timeout" ? "Expired" : "Withdrawn",
                    "DriverAssigned" or "DriverUnassigned" => "Accepted",
                    _ => "Pending",
                }
            )
        )
        select Line(
            offer.Key,
            Field(offer.First(), "rideId"),
            Field(offer.First(), "driverId"),
            s_answers[answer],
            offer.Any(e => Type(e) == "DriverUnassigned")
        );

    IEnumerable<string> Invoices()
    {
        var paid = Of("PaymentCaptured").Select(e => Field(e, "rideId")).ToHashSet();
        return Of("FareFinalized", "CancellationFeeAssessed")
            .Select(e =>
                Line(
                    Field(e, "rideId"),
                    Field(e, "riderId"),
                    Amount(e, Type(e) == "FareFinalized" ? "total" : "amount"),
                    paid.Contains(Field(e, "rideId"))
                )
            );
    }

    static IEnumerable<string> NotificationsOf(JsonElement e)
    {
        var rider = Type(e) switch
        {
            "CancellationFeeAssessed" => Amount(e, "amount") > 0 ? "cancellationFee" : null,
            "DriverUnassigned" => Payload(e).GetProperty("searchAgain").GetBoolean() ? "searchingAgain" : null,
            "DriverAssigned"
            or "NoDriverFound"
            or "DriverArrived"
            or "RideStarted"
            or "RideCompleted"
            or "RideCancelled"
            or "FareFinalized"
            or "PaymentCaptured"
            or "PaymentFailed"
            or "BalanceOutstanding"
            or "BalanceSettled"
            or "BalanceWrittenOff"
            or "ReceiptIssued" => JsonNamingPolicy.CamelCase.ConvertName(Type(e)),
            _ => null,
        };
        if (rider is not null)
            yield return Line(EventId(e), "Rider", Field(e, "riderId"), rider);
        var driver = Type(e) switch
        {
            "DriverOffered" => "rideOffered",
            "DriverUnassigned" => "rideWithdrawn",
            "RideCancelled" => Field(e, "driverId").Length > 0 ? "rideCancelled" : null,
            "DriverIgnoredOffers" => "takenOffDuty",
            "DriverWentOffline" => Field(e, "reason") is "driver" or "offersIgnored" ? null : "takenOffDuty",
            _ => null,
        };
        if (driver is not null)
            yield return Line(EventId(e), "Driver", Field(e, "driverId"), driver);
        if (Type(e) == "RideNeedsAttention")
            yield return Line(EventId(e), "Operator", "operators", "rideNeedsAttention");
    }

    IEnumerable<JsonElement> Of(params string[] types) => log.Where(e => types.Contains(Type(e)));

    static string Type(JsonElement e) => e.GetProperty("event_type").GetString()!;

    static string EventId(JsonElement e) => e.GetProperty("event_id").GetString()!;

    static JsonElement Payload(JsonElement e) => e.GetProperty("payload");

    static string Field(JsonElement e, string name) =>
        Payload(e).TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";

    static decimal Amount(JsonElement e, string property) =>
        decimal.Parse(
            Payload(e).GetProperty(property).GetProperty("amount").GetString()!,
            CultureInfo.InvariantCulture
        );

    static string Line(params object?[] columns) =>
        string.Join(
            ' ',
            columns.Select(column =>
                column is decimal amount ? amount.ToString("0.00", CultureInfo.InvariantCulture)
                : column is null or "" ? "-"
                : column.ToString()
            )
        );
}
