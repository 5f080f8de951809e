using System.Globalization;
using System.Text.Json;
using RideBooking.TestKit.Benchmarks;
using static RideBooking.IntegrationTests.FaultInjection.Database;

namespace RideBooking.IntegrationTests.FaultInjection;

/// <summary>
/// Checks the guarantees of the messaging, I1 to I9, against the database, the broker and the ledger of the sandbox gateway
/// once all work is done, for all rides of the scene and not only those of the last fault.
/// </summary>
sealed class Invariants(Scene scene, int failedByIntent)
{
    readonly Database _database = scene.Database;
    readonly List<string> _violations = [];

    /// <summary>Waits until all work is done and returns every violation as a sentence that begins with the invariant's number.</summary>
    /// <param name="accepted">The accepted rides, which must have ended.</param>
    public async Task<IReadOnlyList<string>> Violations(IReadOnlyCollection<Guid> accepted)
    {
        await ComeToRest();
        var log = await Log();
        await EveryRideIsOver(accepted);
        await EachIsPaidItsFareOnce(log);
        await NumbersHaveNoGap();
        LegalStepsOnly(log);
        await RowsAreTheFoldOfTheirEvents(log);
        await NoTimerIsOrphaned();
        _violations.AddRange(await new Projections(_database, log).Differences());
        return _violations;
    }

    // I7 and I9: the outbox and the queues drain, every consumer of an event's type handled the event, and every subscription
    // has read the whole log.
    async Task ComeToRest()
    {
        var left = "";
        try
        {
            await WaitFor.TrueAsync(
                "rest",
                async () =>
                {
                    var outbox = await _database.Count("SELECT count(*) FROM {messaging.outbox_message}");
                    var (inFlight, failed) = await scene.Messages();
                    var unhandled = await Unhandled();
                    var behind = await Behind();
                    left =
                        $"{outbox} in the outbox, {inFlight} in queues, {failed} in error queues (not {failedByIntent}), unhandled: {string.Join(", ", unhandled)}, behind: {string.Join(", ", behind)}";
                    return outbox == 0
                        && inFlight == 0
                        && failed == failedByIntent
                        && unhandled.Count == 0
                        && behind.Count == 0;
                },
                WaitFor.Limit
            );
        }
        catch (TimeoutException)
        {
            _violations.Add($"I7, I9: unfinished work after {WaitFor.Limit.TotalSeconds} s: {left}");
        }
    }

    Task<List<string>> Unhandled() =>
        _database.Query(
            $"SELECT event_type, count(*) FROM ({Database.Unhandled}) AS unhandled GROUP BY event_type",
            row => $"{Number(row, 1)} {Text(row, 0)}"
        );

    Task<List<string>> Behind() =>
        _database.Query(
            "SELECT name FROM {event_log.subscriptions} WHERE is_live AND position < (SELECT max(position) FROM {event_log.events})",
            row => Text(row, 0)
        );

    async Task EveryRideIsOver(IReadOnlyCollection<Guid> accepted)
    {
        var ended = (
            await _database.Query(
                "SELECT id FROM {rides.rides} WHERE status IN ('Completed', 'Cancelled', 'NoDriverFound')",
                row => Guid.Parse(Text(row, 0))
            )
        ).ToHashSet();
        foreach (var ride in accepted.Where(ride => !ended.Contains(ride)))
            _violations.Add($"I1: ride {ride} was accepted and has not ended.");
    }

    async Task EachIsPaidItsFareOnce(List<JsonElement> log)
    {
        var completed = await _database.Query(
            "SELECT id, fare_amount FROM {rides.rides} WHERE status = 'Completed'",
            row => (Ride: Guid.Parse(Text(row, 0)), Fare: Number(row, 1))
        );
        // I2 in the log, I3, and I4 of the positions.
        _violations.AddRange(
            EventLogInvariants.Breaches(log, [.. completed.Select(ride => ride.Ride)]).Select(b => $"I2-I4: {b}")
        );

        var captures = (
            await _database.Query(
                "SELECT reference, amount_amount FROM {payments.sandbox_ledger} WHERE outcome = 'captured'",
                row => (Ride: Text(row, 0), Amount: Number(row, 1))
            )
        ).ToLookup(row => row.Ride, row => row.Amount);
        foreach (var (ride, fare) in completed)
            if (captures[$"{ride}"].ToList() is not [var only] || only != fare)
                _violations.Add(
                    $"I2: the gateway took {string.Join(" and ", captures[$"{ride}"])} for ride {ride}, whose fare is {fare}."
                );
        foreach (var twice in captures.Where(capture => capture.Count() > 1))
            _violations.Add($"I2: the gateway took money {twice.Count()} times for ride {twice.Key}.");
    }

    async Task NumbersHaveNoGap()
    {
        foreach (
            var stream in await _database.Query(
                """
                SELECT stream_id, count(*), min(stream_version), max(stream_version)
                FROM {event_log.events} GROUP BY stream_id
                HAVING count(*) <> count(DISTINCT stream_version) OR min(stream_version) <> 1 OR max(stream_version) <> count(*)
                """,
                row => Text(row, 0)
            )
        )
            _violations.Add($"I4: the versions of stream {stream} have a gap.");
        if (
            await _database.Count("SELECT count(*) - count(DISTINCT event_id) FROM {event_log.events}")
            is > 0
                and var twice
        )
            _violations.Add($"I4: {twice} event ids exist twice.");
    }

    // I5 in the events that the ride itself publishes.
    void LegalStepsOnly(List<JsonElement> log)
    {
        foreach (
            var ride in log.Where(e => Type(e) is not "DriverWentOnline" and not "DriverWentOffline").GroupBy(Stream)
        )
        {
            var at = "";
            foreach (var type in ride.Select(Type))
            {
                var next = (at, type) switch
                {
                    ("", "RideRequested") => "requested",
                    ("requested", "DriverArrived") => "arrived",
                    ("arrived", "RideStarted") => "started",
                    ("started", "RideCompleted") => "ended",
                    ("requested" or "arrived", "RideCancelled") or ("requested", "NoDriverFound") => "ended",
                    ("arrived", "DriverUnassigned") => "requested",
                    (
                        _,
                        "RideRequested"
                            or "DriverArrived"
                            or "RideStarted"
                            or "RideCompleted"
                            or "RideCancelled"
                            or "NoDriverFound"
                    ) => null,
                    _ => at,
                };
                if (next is null)
                    _violations.Add($"I5: {type} of ride {ride.Key} after {string.Join(", ", ride.Select(Type))}.");
                at = next ?? at;
            }
        }
    }

    // I5 of the version, and I6.
    async Task RowsAreTheFoldOfTheirEvents(List<JsonElement> log)
    {
        string[] changing =
        [
            "RideRequested",
            "DriverAssigned",
            "DriverUnassigned",
            "DriverArrived",
            "RideStarted",
            "RideCompleted",
            "RideCancelled",
            "NoDriverFound",
            "FareFinalized",
            "CancellationFeeAssessed",
            "PaymentCaptured",
        ];
        var streams = log.ToLookup(Stream);
        foreach (
            var (id, status, version, driver, fare, payment) in await _database.Query(
                "SELECT id, status, version, driver_id, fare_amount, payment_status FROM {rides.rides}",
                row => (Text(row, 0), Text(row, 1), Number(row, 2), Text(row, 3), Number(row, 4), Text(row, 5))
            )
        )
        {
            var events = streams[id].ToList();
            var folded = events
                .Select(Type)
                .LastOrDefault(type => type is "RideCompleted" or "RideCancelled" or "NoDriverFound") switch
            {
                "RideCompleted" => "Completed",
                "RideCancelled" => "Cancelled",
                "NoDriverFound" => "NoDriverFound",
                _ => status,
            };
            if (folded != status)
                _violations.Add($"I6: ride {id} is {status}, its events say {folded}.");
            if (status != "Completed")
                continue;
            var assigned = events
                .Last(e => Type(e) == "DriverArrived")
                .GetProperty("payload")
                .GetProperty("driverId")
                .GetString();
            if (assigned != driver)
                _violations.Add($"I6: ride {id} has driver {driver}, its events say {assigned}.");
            if (events.Where(e => Type(e) == "FareFinalized").Select(e => Amount(e, "total")).FirstOrDefault() != fare)
                _violations.Add($"I6: ride {id} has fare {fare}, not what its events say.");
            if (payment != "Captured")
                _violations.Add($"I1: ride {id} is completed and its payment is {payment}.");
            // An authorization that arrives after the fare changes nothing.
            var authorized = events.Count(e => Type(e) == "PaymentAuthorized");
            var changes = events.Count(e => changing.Contains(Type(e)));
            if (version < changes || version > changes + authorized)
                _violations.Add(
                    $"I5: ride {id} has version {version} after {changes} changes and {authorized} authorizations."
                );
        }
    }

    // I7. An orphaned timer is in another state than waiting, or long overdue.
    async Task NoTimerIsOrphaned()
    {
        var late = DateTime.UtcNow.AddSeconds(-30);
        foreach (
            var timer in await _database.Query(
                $"SELECT trigger_name, trigger_state FROM {{messaging.qrtz_triggers}} WHERE trigger_state = 'ERROR' OR next_fire_time < {late.Ticks.ToString(CultureInfo.InvariantCulture)}",
                row => $"{Text(row, 0)} ({Text(row, 1)})"
            )
        )
            _violations.Add($"I7: timer {timer} is orphaned.");
        foreach (
            var token in await _database.Query(
                $"SELECT token FROM {{messaging.scheduled_outbox_message}} WHERE due_time < '{late.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)}+00'",
                row => Text(row, 0)
            )
        )
            _violations.Add($"I7: timer {token} in the outbox is orphaned.");
    }

    Task<List<JsonElement>> Log() =>
        _database.Query(
            "SELECT event_type, stream_id, position, payload, event_id FROM {event_log.events} ORDER BY position",
            row =>
                JsonSerializer.SerializeToElement(
                    new
                    {
                        event_type = Text(row, 0),
                        event_id = Text(row, 4),
                        stream_id = Text(row, 1),
                        position = (long)Number(row, 2),
                        payload = JsonSerializer.Deserialize<JsonElement>(row.GetString(3)),
                    }
                )
        );

    static string Type(JsonElement e) => e.GetProperty("event_type").GetString()!;

    static string Stream(JsonElement e) => e.GetProperty("stream_id").GetString()!;

    static decimal Amount(JsonElement e, string property) =>
        decimal.Parse(
            e.GetProperty("payload").GetProperty(property).GetProperty("amount").GetString()!,
            CultureInfo.InvariantCulture
        );
}
