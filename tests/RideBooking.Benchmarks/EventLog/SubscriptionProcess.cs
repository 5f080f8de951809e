using Microsoft.EntityFrameworkCore;
using RideBooking.EventLog;
using RideBooking.EventLog.Subscriptions;
using RideBooking.TestKit.EventLog;

namespace RideBooking.Benchmarks.EventLog;

/// <summary>A process that reads a subscription on PostgreSQL until it is killed, for the tests that kill it.</summary>
static class SubscriptionProcess
{
    const int MaxBatchSize = 40;
    static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(20);

    public static async Task Run(string connectionString, string owner, CancellationToken cancellationToken)
    {
        var options = new DbContextOptionsBuilder<SubscriptionsContext>()
            .UseNpgsql(connectionString)
            .UseSnakeCaseNamingConvention()
            .Options;
        while (!cancellationToken.IsCancellationRequested)
        {
            await using var reader = new SubscriptionReader(
                new ReadPositions(),
                EventCatalogue.Published,
                owner,
                TimeProvider.System
            );
            try
            {
                // The same limit throughout, so that the next batch is read ahead.
                var limit = Random.Shared.Next(1, MaxBatchSize);
                if (await With(db => reader.Claim(db, cancellationToken)))
                    while (true)
                        if (await With(db => reader.Read(db, limit, cancellationToken, query => With(query))) == 0)
                        {
                            await With(db => Renew(reader, db));
                            await Task.Delay(s_poll, cancellationToken);
                        }
            }
            catch (LeaseLostException)
            {
                // Another process reads.
            }
            await Task.Delay(s_poll, cancellationToken);
        }

        async Task<bool> Renew(SubscriptionReader reader, DbContext db)
        {
            await reader.Renew(db, cancellationToken);
            return true;
        }

        async Task<T> With<T>(Func<DbContext, Task<T>> use)
        {
            await using var db = new SubscriptionsContext(options);
            return await use(db);
        }
    }
}
