using Microsoft.EntityFrameworkCore;
using RideBooking.EventLog;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.TestKit.EventLog;

namespace RideBooking.IntegrationTests.EventLog.Subscriptions;

public sealed class When_processes_compete_for_a_subscription_on_PostgreSQL(Servers servers)
    : SubscriptionScenarios,
        IAsyncLifetime
{
    string _database = "";

    public async ValueTask InitializeAsync() =>
        _database = await servers.CreateDatabaseAsync(DatabaseProviders.Postgres);

    [Fact]
    public async Task The_check_finds_a_reader_by_the_identity_column()
    {
        await using (var db = await Open())
            await db.Database.EnsureCreatedAsync(Stop);
        var read = new List<long>();
        long checkpoint = 0;

        // The first writer has its number of the identity column, but is the last to commit.
        await using var first = await Open();
        await using var transaction = await first.Database.BeginTransactionAsync(Stop);
        await Append(first);
        await using (var second = await Open())
            await Append(second);
        await ReadOn();
        await transaction.CommitAsync(Stop);
        await ReadOn();

        await using var log = await Open();
        var appended = await log.Set<LoggedEvent>().Select(row => row.Sequence).Order().ToListAsync(Stop);
        SubscriptionRun.FirstDeviation(appended, read).ShouldBe("position 1 was missed");

        async Task ReadOn()
        {
            await using var db = await Open();
            read.AddRange(
                await db.Set<LoggedEvent>()
                    .Where(row => row.Sequence > checkpoint)
                    .Select(row => row.Sequence)
                    .Order()
                    .ToListAsync(Stop)
            );
            checkpoint = read[^1];
        }

        static Task Append(SubscriptionsContext db)
        {
            db.Add(SubscriptionRun.Logged(isRead: true));
            return db.SaveChangesAsync(Stop);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected override Task<SubscriptionsContext> Open() =>
        Task.FromResult(
            new SubscriptionsContext(
                new DbContextOptionsBuilder<SubscriptionsContext>()
                    .UseNpgsql(_database)
                    .UseSnakeCaseNamingConvention()
                    .Options
            )
        );
}
