using System.Data.Common;
using MassTransit;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.IntegrationTests.Infrastructure;

namespace RideBooking.MassTransitOnEntityFramework;

/// <summary>
/// The sweeper of another process claims a message at the moment at which this process, which has sent it, deletes it.
/// </summary>
public sealed class When_a_sent_message_is_claimed_while_it_is_deleted
{
    public static TheoryData<string> Databases => Ways.Both(DatabaseProviders.Servers);

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Databases))]
    public async Task It_is_deleted_without_waiting_for_a_sweep(string database)
    {
        Assert.SkipUnless(Ways.Of(database).Provider == DatabaseProviders.Postgres, "Reads PostgreSQL's locks.");
        await using var servers = await ConformanceServers.StartAsync(database);
        var deletion = new Deletion();
        await using var bench = await Bench.StartAsync(
            servers,
            new() { Context = options => options.AddInterceptors(deletion) }
        );
        await using var scope = bench.Services.CreateAsyncScope();
        var claimer = scope.ServiceProvider.GetRequiredService<PostOffice>();
        await using var claim = await claimer.Database.BeginTransactionAsync(Stop);
        deletion.Begins = () =>
            claimer.Outbox.ExecuteUpdateAsync(
                row =>
                    row.SetProperty(
                        message => message.NextAttemptTime,
                        message => message.NextAttemptTime.AddMinutes(1)
                    ),
                Stop
            );

        await bench.Request(
            async (publish, office) =>
            {
                await publish.Publish(new LetterFiled(Guid.CreateVersion7(), 1), Stop);
                await office.SaveChangesAsync(Stop);
            }
        );
        await WaitFor.TrueAsync("the deletion waits for the claim", () => bench.In(IsBlocked));
        await claim.CommitAsync(Stop);

        await bench.OutboxDrains();
        await bench.MailboxHas(1);
    }

    static async Task<bool> IsBlocked(PostOffice office) =>
        await office
            .Database.SqlQuery<int>(
                $"""
                SELECT count(*)::int AS "Value" FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'DELETE%'
                """
            )
            .SingleAsync(Stop) > 0;

    /// <summary>Blocks the first deletion.</summary>
    sealed class Deletion : DbCommandInterceptor
    {
        public Func<Task>? Begins { get; set; }

        public override async ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
            DbCommand command,
            CommandEventData eventData,
            InterceptionResult<int> result,
            CancellationToken cancellationToken = default
        )
        {
            if (command.CommandText.StartsWith("DELETE", StringComparison.Ordinal) && Begins is { } begins)
            {
                Begins = null;
                await begins();
            }

            return result;
        }
    }
}
