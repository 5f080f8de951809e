using System.Data.Common;
using System.Net;
using System.Text.Json.Nodes;
using RideBooking.TestKit.Api;

namespace RideBooking.Tests.Rides;

/// <summary>
/// Limits the statements of a ride: on every database the same requests send no more than these statements, and no statement
/// reads more rows as the history grows.
/// </summary>
public abstract class RideCostScenarios
{
    static readonly string[] s_requests =
    [
        "GET /rides/{rideId:guid}",
        "POST /rides",
        "POST /offers/{offerId:guid}/accept",
        "POST /rides/{rideId:guid}/arrive",
        "POST /rides/{rideId:guid}/start",
        "POST /rides/{rideId:guid}/complete",
    ];

    // Not statements of a ride: metrics, some of which count whole tables and are polled from time to time; the schema; and
    // the periodic cleanup of the inbox.
    static readonly string[] s_beside =
    [
        "SELECT COUNT(*)\n",
        "COUNT(*) AS \"Count\"",
        "__EFMigrations",
        "DELETE FROM \"messaging_inbox_state\"",
        // A row per projection.
        "\"leased_until\"",
        "e.leased_until",
        // There are few partners.
        "notifications_partners",
        "notifications.partners",
        "notifications_delivery_checkpoint",
        "notifications.delivery_checkpoint",
        // Few endpoints are paused.
        "operations_paused_endpoints",
        "operations.paused_endpoints",
        // The replays that run are the only ones in their index.
        "FROM \"event_log_replays\"",
        "FROM event_log.replays",
    ];

    static readonly string[] s_readers = ["SELECT", "UPDATE", "DELETE"];

    protected abstract City City { get; }

    protected abstract Lens Lens { get; }

    /// <summary>The number of statements each request may send, in the order of the requests, without commits.</summary>
    protected abstract int[] AtMost { get; }

    protected abstract Task<DbConnection> Connect();

    /// <summary>The steps of the plan that read a whole table or index.</summary>
    protected abstract Task<IReadOnlyList<string>> Scans(DbConnection connection, string sql, DbParameter[] parameters);

    [Fact]
    public async Task Few_statements_for_each_request_and_none_that_grows_with_history()
    {
        var (rider, driver) = (await City.Rider(), await City.DriverAt(City.Alexanderplatz));
        var rideId = await rider.Request(City.Alexanderplatz, City.Zoo);
        await driver.Drives(rideId);
        await rider.SeesPayment(rideId, "captured");
        (await rider.Get($"rides/{rideId}/history")).ShouldBe(HttpStatusCode.OK);
        (await rider.Get("riders/me/notifications")).ShouldBe(HttpStatusCode.OK);
        (await driver.Get("drivers/me")).ShouldBe(HttpStatusCode.OK);
        (
            await rider.TryRequest(City.Alexanderplatz, City.Zoo, idempotencyKey: Guid.CreateVersion7().ToString())
        ).ShouldBe(HttpStatusCode.Created);
        (await rider.Post($"rides/{rideId}/cancel", new JsonObject { ["reason"] = "late" })).ShouldBe(
            HttpStatusCode.Conflict
        );

        var wrong = new List<string>();
        foreach (var (request, atMost) in s_requests.Zip(AtMost))
            if (Lens.Of(request) is var statements && statements.Count > atMost)
                wrong.Add(
                    $"{request} sends {statements.Count} instead of {atMost}:\n{string.Join("\n---\n", statements)}"
                );

        await using var connection = await Connect();
        foreach (var (sql, parameters) in Lens.Statements)
            if (
                s_readers.Any(word => sql.StartsWith(word, StringComparison.Ordinal))
                && !s_beside.Any(what => sql.Contains(what, StringComparison.Ordinal))
            )
                foreach (var scan in await Scans(connection, sql, parameters))
                    wrong.Add($"{scan} in\n{sql}");
        wrong.ShouldBeEmpty(string.Join("\n\n", wrong));
    }
}
