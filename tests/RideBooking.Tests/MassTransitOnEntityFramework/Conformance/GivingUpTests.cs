using System.Data.Common;
using MassTransit;
using MassTransit.Context;
using MassTransit.EntityFrameworkCoreIntegration;
using MassTransit.Serialization;
using MassTransit.Transports;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace RideBooking.MassTransitOnEntityFramework;

/// <summary>Somebody who waits for a command gives it up, as a request does whose time is over, while the database hangs.</summary>
public sealed class GivingUpTests
{
    public static TheoryData<string> Databases => ConformanceServers.Databases;
    public static TheoryData<string> BothWays => Ways.Both(Databases);

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(BothWays))]
    public async Task Need_not_wait_for_the_database_and_leaves_nothing(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        var database = new Hangs();
        await using var bench = await Start(servers, database);
        using var patience = new CancellationTokenSource();
        var given = Register(bench, patience.Token);
        await database.IsAsked(1);

        await patience.CancelAsync();

        (
            await Should.ThrowAsync<OperationCanceledException>(given.WaitAsync(Bench.Limit, Stop))
        ).CancellationToken.IsCancellationRequested.ShouldBeTrue();
        database.Recovers();
        await Register(bench, Stop);
        (await bench.Count<HostedEnvelope>()).ShouldBe(1);
        (await bench.Count<InboxState>()).ShouldBe(1);
        await bench.OutboxDrains();
        bench.Mailbox.Received.ShouldHaveSingleItem();
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Need_not_wait_for_others_who_are_more_patient(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        var database = new Hangs();
        await using var bench = await Start(servers, database);
        var patient = Register(bench, Stop);
        await database.IsAsked(1);
        using var patience = new CancellationTokenSource();
        var given = Register(bench, patience.Token);

        await patience.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(given.WaitAsync(Bench.Limit, Stop));
        patient.IsCompleted.ShouldBeFalse();
        database.Recovers();
        await patient;
        (await bench.Count<HostedEnvelope>()).ShouldBe(1);
        (await bench.Count<InboxState>()).ShouldBe(1);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Takes_nothing_from_others_who_are_written_with_it(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        var database = new Hangs();
        await using var bench = await Start(servers, database);
        using var patience = new CancellationTokenSource();
        // The first is alone; the others come meanwhile, and are together.
        var patient = new List<Task> { Register(bench, Stop) };
        await database.IsAsked(1);
        var given = Register(bench, patience.Token);
        for (var more = 0; more < 5; more++)
            patient.Add(Register(bench, Stop));
        database.Recovers(once: true);
        await database.IsAsked(2);

        await patience.CancelAsync();
        database.Recovers();

        await Task.WhenAll(patient);
        await Task.WhenAny(given).WaitAsync(Bench.Limit, Stop);
        (await bench.Count<HostedEnvelope>()).ShouldBeGreaterThanOrEqualTo(patient.Count);
        (await bench.Count<InboxState>()).ShouldBe(await bench.Count<HostedEnvelope>());
        await bench.OutboxDrains();
    }

    static Task<Bench> Start(ConformanceServers servers, Hangs database) =>
        Bench.StartAsync(
            servers,
            new()
            {
                Bus = bus => bus.AddConsumer<RegisterLetterConsumer, RegisterLetterDefinition>(),
                Context = options => options.AddInterceptors(database),
            }
        );

    static Task Register(Bench bench, CancellationToken patience)
    {
        var serializer = SystemTextJsonMessageSerializer.Instance;
        var command = new MessageSendContext<RegisterLetter>(new RegisterLetter(Guid.CreateVersion7()))
        {
            MessageId = NewId.NextGuid(),
        };
        var headers = new Dictionary<string, object>
        {
            [MessageHeaders.ContentType] = serializer.ContentType.ToString(),
        };
        return bench
            .Services.GetRequiredService<IReceiveEndpointDispatcher<RegisterLetterConsumer>>()
            .Dispatch(serializer.GetMessageBody(command).GetBytes(), headers, patience);
    }

    /// <summary>A database that does not answer when letters are written, until it recovers. Its driver hears a cancellation.</summary>
    sealed class Hangs : DbCommandInterceptor
    {
        TaskCompletionSource _recovery = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int _asked;

        public Task IsAsked(int times) =>
            Bench.Eventually("the database is asked", () => Task.FromResult(Volatile.Read(ref _asked) >= times));

        public void Recovers(bool once = false)
        {
            var recovery = _recovery;
            if (once)
                _recovery = new(TaskCreationOptions.RunContinuationsAsynchronously);
            recovery.SetResult();
        }

        public override async ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
            DbCommand command,
            CommandEventData eventData,
            InterceptionResult<DbDataReader> result,
            CancellationToken cancellationToken = default
        )
        {
            if (
                command.CommandText.Contains("INSERT", StringComparison.Ordinal)
                && command.CommandText.Contains(nameof(PostOffice.Letters), StringComparison.Ordinal)
            )
            {
                var recovery = _recovery.Task;
                Interlocked.Increment(ref _asked);
                await recovery.WaitAsync(cancellationToken);
            }

            return result;
        }
    }
}
