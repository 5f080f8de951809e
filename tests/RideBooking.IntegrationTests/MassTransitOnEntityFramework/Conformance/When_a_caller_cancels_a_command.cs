using System.Data.Common;
using MassTransit;
using MassTransit.Context;
using MassTransit.EntityFrameworkCoreIntegration;
using MassTransit.Serialization;
using MassTransit.Transports;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace RideBooking.MassTransitOnEntityFramework;

/// <summary>A caller cancels a command while the database hangs, as a request does at its timeout.</summary>
public sealed class When_a_caller_cancels_a_command
{
    public static TheoryData<string> Databases => ConformanceServers.Databases;
    public static TheoryData<string> BothWays => Ways.Both(Databases);

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(BothWays))]
    public async Task The_wait_for_the_database_ends_and_nothing_is_stored(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        var database = new Hangs();
        await using var bench = await Start(servers, database);
        using var caller = new CancellationTokenSource();
        var cancelled = Register(bench, caller.Token);
        await database.IsQueried(1);

        await caller.CancelAsync();

        (
            await Should.ThrowAsync<OperationCanceledException>(cancelled.WaitAsync(Bench.Limit, Stop))
        ).CancellationToken.IsCancellationRequested.ShouldBeTrue();
        database.Recovers();
        await Register(bench, Stop);
        (await bench.Count<HostedEnvelope>()).ShouldBe(1);
        (await bench.Count<InboxState>()).ShouldBe(1);
        await bench.OutboxDrains();
        bench.Mailbox.Received.ShouldHaveSingleItem();
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Its_wait_ends_while_other_commands_still_wait(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        var database = new Hangs();
        await using var bench = await Start(servers, database);
        var other = Register(bench, Stop);
        await database.IsQueried(1);
        using var caller = new CancellationTokenSource();
        var cancelled = Register(bench, caller.Token);

        await caller.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(cancelled.WaitAsync(Bench.Limit, Stop));
        other.IsCompleted.ShouldBeFalse();
        database.Recovers();
        await other;
        (await bench.Count<HostedEnvelope>()).ShouldBe(1);
        (await bench.Count<InboxState>()).ShouldBe(1);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Other_commands_in_the_same_group_are_not_affected(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        var database = new Hangs();
        await using var bench = await Start(servers, database);
        using var caller = new CancellationTokenSource();
        // The first is committed alone; the others arrive meanwhile and form a group.
        var others = new List<Task> { Register(bench, Stop) };
        await database.IsQueried(1);
        var cancelled = Register(bench, caller.Token);
        for (var more = 0; more < 5; more++)
            others.Add(Register(bench, Stop));
        database.Recovers(once: true);
        await database.IsQueried(2);

        await caller.CancelAsync();
        database.Recovers();

        await Task.WhenAll(others);
        await Task.WhenAny(cancelled).WaitAsync(Bench.Limit, Stop);
        (await bench.Count<HostedEnvelope>()).ShouldBeGreaterThanOrEqualTo(others.Count);
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

    static Task Register(Bench bench, CancellationToken cancellationToken)
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
            .Dispatch(serializer.GetMessageBody(command).GetBytes(), headers, cancellationToken);
    }

    /// <summary>A database that hangs when letters are written, until it recovers. Its driver observes a cancellation.</summary>
    sealed class Hangs : DbCommandInterceptor
    {
        TaskCompletionSource _recovery = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int _queries;

        public Task IsQueried(int times) =>
            WaitFor.TrueAsync("the database is queried", () => Task.FromResult(Volatile.Read(ref _queries) >= times));

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
                Interlocked.Increment(ref _queries);
                await recovery.WaitAsync(cancellationToken);
            }

            return result;
        }
    }
}
