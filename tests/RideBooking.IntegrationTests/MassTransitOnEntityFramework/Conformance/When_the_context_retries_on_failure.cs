using System.Data.Common;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;

namespace RideBooking.MassTransitOnEntityFramework;

/// <summary>As with EnableRetryOnFailure, the execution strategy repeats a lost statement. No message retry is configured.</summary>
public sealed class When_the_context_retries_on_failure
{
    public static TheoryData<string> Databases => Ways.Both(ConformanceServers.Databases);

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Databases))]
    public async Task A_consumer_whose_query_is_lost_is_run_again(string database)
    {
        await using var servers = await ConformanceServers.StartAsync(database);
        var faulty = new LosesStatements("Letters");
        await using var bench = await Bench.StartAsync(servers, new() { Context = faulty.On });
        bench.Clerk.Files = async (context, office) =>
        {
            office.Letters.Add(new HostedEnvelope { Id = context.Message.LetterId });
            await context.Publish(new LetterFiled(context.Message.LetterId), Stop);
            await office.Letters.CountAsync(Stop);
        };
        faulty.Lose(1);

        await bench.Publish(new FileLetter(Guid.CreateVersion7()));

        await bench.MailboxHas(1);
        await bench.OutboxDrains();
        bench.Mailbox.Received.ShouldHaveSingleItem();
        (await bench.Count<HostedEnvelope>()).ShouldBe(1);
        bench.Faults<FileLetter>().ShouldBe(0);
        faulty.Lost.ShouldBe(1);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_permanent_failure_is_reported_once(string database)
    {
        await using var servers = await ConformanceServers.StartAsync(database);
        var faulty = new LosesStatements("Letters");
        await using var bench = await Bench.StartAsync(servers, new() { Context = faulty.On });
        bench.Clerk.Files = async (_, office) => await office.Letters.CountAsync(Stop);
        faulty.Lose(100);

        await bench.Publish(new FileLetter(Guid.CreateVersion7()));

        await bench.IsDone("letters", 1);
        await WaitFor.TrueAsync("its fault is published", () => Task.FromResult(bench.Faults<FileLetter>() == 1));
        bench.Clerk.Calls.ShouldBe(1 + LosesStatements.Retries);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task An_exception_of_the_consumer_itself_is_not_repeated(string database)
    {
        await using var servers = await ConformanceServers.StartAsync(database);
        await using var bench = await Bench.StartAsync(servers, new() { Context = new LosesStatements("Letters").On });
        bench.Clerk.Files = (_, _) => throw new InvalidOperationException("The letter is torn.");

        await bench.Publish(new FileLetter(Guid.CreateVersion7()));

        await bench.IsDone("letters", 1);
        await WaitFor.TrueAsync("its fault is published", () => Task.FromResult(bench.Faults<FileLetter>() == 1));
        bench.Clerk.Calls.ShouldBe(1);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_saga_without_an_outbox_survives_it_too(string database)
    {
        await using var servers = await ConformanceServers.StartAsync(database);
        var faulty = new LosesStatements("Parcels");
        await using var bench = await Bench.StartAsync(servers, new() { Context = faulty.On, SagaOutbox = false });
        var parcel = Guid.CreateVersion7();
        await bench.Publish(new ParcelPosted(parcel));
        await WaitFor.TrueAsync("it is stored", async () => await bench.Parcel(parcel) is not null);
        faulty.Lose(1);

        await bench.Publish(new ParcelScanned(parcel));

        await WaitFor.TrueAsync("it is scanned", async () => await bench.Parcel(parcel) is { Scans: 1 });
        bench.Faults<ParcelScanned>().ShouldBe(0);
    }

    /// <summary>Fails reads of a table as a lost connection does, in a context whose strategy repeats lost statements.</summary>
    sealed class LosesStatements(string table) : DbCommandInterceptor
    {
        public const int Retries = 2;

        int _toLose;
        int _lost;

        public int Lost => _lost;

        public void Lose(int count) => _toLose = count;

        public void On(DbContextOptionsBuilder options) =>
            options.AddInterceptors(this).ReplaceService<IExecutionStrategyFactory, Strategies>();

        public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
            DbCommand command,
            CommandEventData eventData,
            InterceptionResult<DbDataReader> result,
            CancellationToken cancellationToken = default
        )
        {
            if (
                _toLose > 0
                && command.CommandText.StartsWith("SELECT", StringComparison.Ordinal)
                && command.CommandText.Contains(table, StringComparison.Ordinal)
            )
            {
                _toLose--;
                _lost++;
                throw new LostException();
            }

            return ValueTask.FromResult(result);
        }

        sealed class LostException() : Exception("The connection was lost.");

        sealed class Strategies(ExecutionStrategyDependencies dependencies) : IExecutionStrategyFactory
        {
            public IExecutionStrategy Create() => new Strategy(dependencies);
        }

        sealed class Strategy(ExecutionStrategyDependencies dependencies)
            : ExecutionStrategy(dependencies, Retries, TimeSpan.FromMilliseconds(10))
        {
            protected override bool ShouldRetryOn(Exception exception) => exception is LostException;
        }
    }
}
