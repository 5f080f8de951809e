using MassTransit;
using MassTransit.EntityFrameworkCoreIntegration;
using MassTransit.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace RideBooking.MassTransitOnEntityFramework;

public sealed class When_a_consumer_uses_the_outbox
{
    public static TheoryData<string> Databases => Ways.Both(ConformanceServers.Databases);

    [Theory, MemberData(nameof(Databases))]
    public async Task State_inbox_entry_and_messages_are_committed_together_and_then_delivered(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var bench = await Bench.StartAsync(servers);
        var (letter, message) = (Guid.CreateVersion7(), NewId.NextGuid());

        await bench.Publish(new FileLetter(letter), context => context.MessageId = message);

        await bench.MailboxHas(1);
        await bench.OutboxDrains();
        (await bench.TheOnly<HostedEnvelope>()).Id.ShouldBe(letter);
        var entry = await bench.TheOnly<InboxState>();
        entry.MessageId.ShouldBe(message);
        entry.Consumed.ShouldNotBeNull();
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_failed_consumer_leaves_nothing_even_of_what_it_saved_itself(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var bench = await Bench.StartAsync(servers);
        bench.Clerk.Files = async (context, office) =>
        {
            office.Letters.Add(new HostedEnvelope { Id = context.Message.LetterId });
            await context.Publish(new LetterFiled(context.Message.LetterId), Stop);
            await office.SaveChangesAsync(Stop);
            throw new InvalidOperationException("The clerk tears it up.");
        };

        await bench.Publish(new FileLetter(Guid.CreateVersion7()));

        await bench.IsPublished<Fault<FileLetter>>();
        (await bench.Count<HostedEnvelope>()).ShouldBe(0);
        (await bench.Count<InboxState>()).ShouldBe(0);
        (await bench.Count<OutboxMessage>()).ShouldBe(0);
        bench.Mailbox.Received.ShouldBeEmpty();
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_retry_starts_from_a_clean_state_and_takes_effect_once(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var bench = await Bench.StartAsync(servers, new() { Retries = 3, Pooled = true });
        bench.Clerk.Files = async (context, office) =>
        {
            office.ChangeTracker.Entries().ShouldBeEmpty();
            office.Letters.Add(new HostedEnvelope { Id = context.Message.LetterId });
            await context.Publish(new LetterFiled(context.Message.LetterId, bench.Clerk.Calls), Stop);
            if (bench.Clerk.Calls < 3)
            {
                await office.SaveChangesAsync(Stop);
                throw new InvalidOperationException("Not yet.");
            }
        };

        await bench.Publish(new FileLetter(Guid.CreateVersion7()));

        await bench.MailboxHas(1);
        await bench.OutboxDrains();
        bench.Clerk.Calls.ShouldBe(3);
        bench.Mailbox.Received.ShouldHaveSingleItem().Message.Number.ShouldBe(3);
        (await bench.Count<HostedEnvelope>()).ShouldBe(1);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_second_delivery_is_acknowledged_without_effect(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var bench = await Bench.StartAsync(servers);
        var (letter, message) = (new FileLetter(Guid.CreateVersion7()), NewId.NextGuid());

        await bench.Publish(letter, context => context.MessageId = message);
        await bench.MailboxHas(1);
        await bench.Publish(letter, context => context.MessageId = message);
        await bench.Publish(new FileLetter(Guid.CreateVersion7()));
        await bench.MailboxHas(2);

        await bench.IsDone("letters", 3);
        bench.Clerk.Calls.ShouldBe(2);
        bench.Mailbox.Received.Count.ShouldBe(2);
        bench.Faults<FileLetter>().ShouldBe(0);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Of_two_deliveries_at_the_same_time_one_waits_and_has_no_effect(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var bench = await Bench.StartAsync(servers, new() { Retries = 20 });
        var (letter, message) = (new FileLetter(Guid.CreateVersion7()), NewId.NextGuid());

        await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => bench.Publish(letter, context => context.MessageId = message))
        );

        await bench.MailboxHas(1);
        await bench.IsDone("letters", 8);
        bench.Clerk.Calls.ShouldBe(1);
        bench.Mailbox.Received.Count.ShouldBe(1);
        bench.Faults<FileLetter>().ShouldBe(0);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_commit_whose_answer_was_lost_counts(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        var lost = new LosesTheAnswerToACommit();
        await using var bench = await Bench.StartAsync(
            servers,
            new() { Context = options => options.AddInterceptors(lost) }
        );
        bench.Clerk.Files = async (context, office) =>
        {
            office.Letters.Add(new HostedEnvelope { Id = context.Message.LetterId });
            await context.Publish(new LetterFiled(context.Message.LetterId), Stop);
            lost.Armed = true;
        };

        await bench.Publish(new FileLetter(Guid.CreateVersion7()));

        // The process does not know that the commit succeeded, so the sweeper finds the message.
        await WaitFor.TrueAsync("the answer is lost", () => Task.FromResult(lost.Lost));
        await WaitFor.TrueAsync(
            "the inbox entry exists",
            () => bench.In(async office => await office.Inbox.AnyAsync(Stop))
        );
        await WaitFor.TrueAsync(
            "a sweep has sent the letter",
            () =>
            {
                bench.Clock.Advance(TimeSpan.FromSeconds(10));
                return Task.FromResult(bench.Mailbox.Received.Count == 1);
            }
        );
        await bench.IsDone("letters", 1);
        bench.Faults<FileLetter>().ShouldBe(0);
        bench.Harness.Published.Select<ReceiveFault>(new CancellationToken(true)).ShouldBeEmpty();
        bench.Clerk.Calls.ShouldBe(1);
        (await bench.Count<HostedEnvelope>()).ShouldBe(1);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_commit_that_fails_for_good_is_published_as_a_fault_once(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        var commits = new FailsToCommit();
        await using var bench = await Bench.StartAsync(
            servers,
            new() { Retries = 2, Context = options => options.AddInterceptors(commits) }
        );
        bench.Clerk.Files = async (context, office) =>
        {
            office.Letters.Add(new HostedEnvelope { Id = context.Message.LetterId });
            await office.SaveChangesAsync(Stop);
        };
        commits.Armed = true;

        await bench.Publish(new FileLetter(Guid.CreateVersion7()));
        await bench.IsDone("letters", 1);

        commits.Armed = false;
        bench.Clerk.Calls.ShouldBe(3);
        bench.Faults<FileLetter>().ShouldBe(1);
        (await bench.Count<HostedEnvelope>()).ShouldBe(0);
        (await bench.Count<InboxState>()).ShouldBe(0);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_transaction_that_the_database_has_aborted_is_not_lost_silently(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var bench = await Bench.StartAsync(servers);
        bench.Clerk.Files = async (context, office) =>
        {
            office.Letters.Add(new HostedEnvelope { Id = context.Message.LetterId });
            await office.SaveChangesAsync(Stop);
            try
            {
                await office.Database.ExecuteSqlRawAsync("SELECT * FROM there_is_no_such_table", Stop);
            }
            catch (Exception exception) when (exception is System.Data.Common.DbException)
            {
                // The consumer ignores the error. PostgreSQL would answer its COMMIT with a silent ROLLBACK.
            }
        };

        await bench.Publish(new FileLetter(Guid.CreateVersion7()));

        await bench.IsDone("letters", 1);
        await WaitFor.TrueAsync(
            "it has either succeeded or failed",
            async () => bench.Faults<FileLetter>() > 0 || await bench.Count<HostedEnvelope>() > 0
        );
        var done = await bench.Count<HostedEnvelope>() > 0;
        (await bench.Count<InboxState>() > 0).ShouldBe(done);
        (bench.Faults<FileLetter>() > 0).ShouldBe(!done);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_consumer_that_clears_the_change_tracker_keeps_its_messages(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var bench = await Bench.StartAsync(servers);
        bench.Clerk.Files = async (context, office) =>
        {
            await context.Publish(new LetterFiled(context.Message.LetterId, 1), Stop);
            await office.SaveChangesAsync(Stop);
            await context.Publish(new LetterFiled(context.Message.LetterId, 2), Stop);
            office.ChangeTracker.Clear();
        };

        await bench.Publish(new FileLetter(Guid.CreateVersion7()));

        await bench.MailboxHas(2);
        await bench.OutboxDrains();
        bench.Mailbox.Received.Select(letter => letter.Message.Number).ShouldBe([1, 2]);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task What_a_message_carries_survives_the_database(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var bench = await Bench.StartAsync(servers);
        var incoming = (Message: NewId.NextGuid(), Conversation: NewId.NextGuid(), Correlation: NewId.NextGuid());
        var sent = (Message: NewId.NextGuid(), Request: NewId.NextGuid(), Correlation: NewId.NextGuid());
        var answers = new Uri(bench.Bus.Address, "answers");
        bench.Clerk.Files = (context, office) =>
            context.Publish(
                new LetterFiled(context.Message.LetterId),
                publish =>
                {
                    publish.MessageId = sent.Message;
                    publish.RequestId = sent.Request;
                    publish.CorrelationId = sent.Correlation;
                    publish.ResponseAddress = answers;
                    publish.FaultAddress = answers;
                    publish.TimeToLive = TimeSpan.FromHours(1);
                    publish.Headers.Set("Stamp", "penny black");
                    publish.Headers.Set("Weight", 17);
                },
                Stop
            );

        await bench.Publish(
            new FileLetter(Guid.CreateVersion7()),
            context =>
            {
                context.MessageId = incoming.Message;
                context.ConversationId = incoming.Conversation;
                context.CorrelationId = incoming.Correlation;
            }
        );

        await bench.MailboxHas(1);
        var received = bench.Mailbox.Received[0];
        received.MessageId.ShouldBe(sent.Message);
        received.RequestId.ShouldBe(sent.Request);
        received.CorrelationId.ShouldBe(sent.Correlation);
        received.ConversationId.ShouldBe(incoming.Conversation);
        received.InitiatorId.ShouldBe(incoming.Correlation);
        received.ResponseAddress.ShouldBe(answers);
        received.FaultAddress.ShouldBe(answers);
        received.ExpirationTime.ShouldNotBeNull().ShouldBeGreaterThan(DateTime.UtcNow);
        received.Headers.Get<string>("Stamp").ShouldBe("penny black");
        received.Headers.Get<int>("Weight").ShouldBe(17);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task The_messages_are_there_for_an_interceptor_before_they_are_saved(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        var interceptor = new SeesAddedMessages();
        await using var bench = await Bench.StartAsync(
            servers,
            new() { Context = options => options.AddInterceptors(interceptor) }
        );
        var parcel = Guid.CreateVersion7();

        await bench.Publish(new ParcelPosted(parcel));
        await bench.IsDone("parcels", 1);

        var seen = interceptor.Seen.ShouldHaveSingleItem();
        seen.Parcels.ShouldBe([parcel]);
        seen.Message.MessageType.ShouldContain(nameof(ParcelSeen));
        seen.Message.Body.ShouldContain(parcel.ToString());
        seen.Message.MessageId.ShouldNotBe(Guid.Empty);
        seen.Message.ConversationId.ShouldNotBeNull();
        seen.Message.SentTime.Kind.ShouldBe(DateTimeKind.Utc);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_delayed_message_keeps_its_time(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var bench = await Bench.BuildAsync(servers);
        var written = bench.Clock.GetUtcNow().UtcDateTime;

        await bench.Request(
            async (publish, office) =>
            {
                await publish.Publish(
                    new LetterFiled(Guid.CreateVersion7()),
                    context => context.Delay = TimeSpan.FromHours(1),
                    Stop
                );
                await office.SaveChangesAsync(Stop);
            }
        );

        var stored = await bench.TheOnly<OutboxMessage>();
        stored.EnqueueTime.ShouldNotBeNull().ShouldBe(written.AddHours(1), TimeSpan.FromMilliseconds(1));
        stored.EnqueueTime!.Value.Kind.ShouldBe(DateTimeKind.Utc);
    }

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    sealed class FailsToCommit : DbTransactionInterceptor
    {
        public bool Armed { get; set; }

        public override ValueTask<InterceptionResult> TransactionCommittingAsync(
            System.Data.Common.DbTransaction transaction,
            TransactionEventData eventData,
            InterceptionResult result,
            CancellationToken cancellationToken = default
        ) => Armed ? throw new InvalidOperationException("It cannot be committed.") : ValueTask.FromResult(result);
    }

    sealed class LosesTheAnswerToACommit : DbTransactionInterceptor
    {
        public bool Armed { get; set; }
        public bool Lost { get; private set; }

        public override Task TransactionCommittedAsync(
            System.Data.Common.DbTransaction transaction,
            TransactionEndEventData eventData,
            CancellationToken cancellationToken = default
        )
        {
            if (!Armed)
                return Task.CompletedTask;

            Armed = false;
            Lost = true;
            throw new TimeoutException("The answer to the commit was lost.");
        }
    }

    sealed class SeesAddedMessages : SaveChangesInterceptor
    {
        public List<(OutboxMessage Message, List<Guid> Parcels)> Seen { get; } = [];

        public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
            DbContextEventData eventData,
            InterceptionResult<int> result,
            CancellationToken cancellationToken = default
        )
        {
            var tracker = eventData.Context!.ChangeTracker;
            Seen.AddRange(
                tracker
                    .Entries<OutboxMessage>()
                    .Where(entry => entry.State == EntityState.Added)
                    .Select(entry =>
                        (entry.Entity, tracker.Entries<Parcel>().Select(parcel => parcel.Entity.CorrelationId).ToList())
                    )
            );
            return ValueTask.FromResult(result);
        }
    }
}
