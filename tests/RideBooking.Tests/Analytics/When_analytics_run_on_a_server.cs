using Microsoft.EntityFrameworkCore;
using Microsoft.SqlServer.TransactSql.ScriptDom;
using RideBooking.Analytics;
using RideBooking.Notifications;
using RideBooking.Notifications.Deliveries;
using RideBooking.Platform;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;
using RideBooking.Tests.Platform.Persistence;

namespace RideBooking.Tests.Analytics;

/// <summary>Checks that the queries, whose results are tested on SQLite, are also valid on PostgreSQL and in plain T-SQL.</summary>
public sealed class When_analytics_run_on_a_server
{
    static readonly IModule[] s_modules = [new AnalyticsModule(), new NotificationsModule()];
    static readonly DateTimeOffset s_at = new(2026, 1, 10, 0, 0, 0, TimeSpan.Zero);

    readonly AnswersNothing _server = new();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_query_is_T_SQL()
    {
        await using var db = _server.AsSqlServer(s_modules);
        await Ask(db);
        foreach (var sql in _server.Asked)
        {
            new TSql160Parser(initialQuotedIdentifiers: true).Parse(new StringReader(sql), out var errors);
            errors.Select(error => $"{error.Message} in {sql}").ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task Every_query_is_one_for_PostgreSQL()
    {
        await using var db = _server.AsPostgres(s_modules);
        await Ask(db);
    }

    async Task Ask(AppDbContext db)
    {
        (await GetSummary.Of(db, s_at, s_at.AddDays(1), TimeZoneInfo.Utc, Stop)).Rides.Requested.ShouldBe(0);
        var selection = new GetBreakdown.Selection(
            new Period(s_at, s_at.AddDays(1)),
            new HashSet<string> { "hour", "city", "class" },
            "berlin",
            "standard",
            _ => TimeZoneInfo.Utc,
            _ => null
        );
        (await GetBreakdown.Of(db, selection, s_at, Stop)).Items.ShouldBeEmpty();
        (await db.Set<Delivery>().DueLanes(["email", "webhook"], s_at, Stop)).ShouldBeEmpty();
        (
            await db.Set<Delivery>().NextIn(new Lane("webhook", "a partner"), s_at).Take(8).ToListAsync(Stop)
        ).ShouldBeEmpty();
        var second = new PageRequest(2, Cursor.Encode((s_at, Guid.CreateVersion7())));
        (await ListNotifications.List(Audience.Rider, "rider-1", "en", second, db, Stop)).Value!.Items.ShouldBeEmpty();
        _server.Asked.Count.ShouldBe(14);
    }
}
