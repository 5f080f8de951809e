using System.Collections.Concurrent;
using MassTransit;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.Extensions.DependencyInjection;

namespace RideBooking.MassTransitOnEntityFramework;

// A small domain for the conformance cases: letters that a consumer files, parcels that a saga follows.

public record FileLetter(Guid LetterId);

public record LetterFiled(Guid LetterId, int Number = 0);

public record ParcelPosted(Guid ParcelId);

public record ParcelScanned(Guid ParcelId);

public record ParcelWeighed(Guid ParcelId);

public record ParcelStamped(Guid ParcelId);

public record ParcelDelivered(Guid ParcelId);

public record ParcelSeen(Guid ParcelId, int Scans);

public record EverythingSeen(string Street);

public class HostedEnvelope
{
    public Guid Id { get; set; }
    public string Text { get; set; } = "";
}

public class Parcel : SagaStateMachineInstance, ISagaVersion
{
    public Guid CorrelationId { get; set; }
    public string Status { get; set; } = "";
    public string Street { get; set; } = "Long Lane";
    public int Scans { get; set; }
    public int Version { get; set; }
}

public sealed class ParcelMap : SagaClassMap<Parcel>
{
    protected override void Configure(EntityTypeBuilder<Parcel> entity, ModelBuilder model) =>
        entity.Property(parcel => parcel.Status).HasMaxLength(64);
}

/// <summary>Registered under this abstract type, as an application with one context per provider does it.</summary>
public abstract class PostOffice(DbContextOptions options) : SagaDbContext(options)
{
    public DbSet<HostedEnvelope> Letters => Set<HostedEnvelope>();
    public DbSet<Parcel> Parcels => Set<Parcel>();
    public DbSet<InboxState> Inbox => Set<InboxState>();
    public DbSet<OutboxMessage> Outbox => Set<OutboxMessage>();
    public DbSet<OutboxState> Leases => Set<OutboxState>();

    protected override IEnumerable<ISagaClassMap> Configurations => [new ParcelMap()];

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        modelBuilder.Entity<HostedEnvelope>().Property(letter => letter.Id).ValueGeneratedNever();
        modelBuilder.AddTransactionalOutboxEntities();
        modelBuilder.AddScheduledOutboxMessageEntity();
    }
}

public sealed class TownPostOffice(DbContextOptions<TownPostOffice> options) : PostOffice(options);

public sealed class ParcelStateMachine : MassTransitStateMachine<Parcel>
{
    public ParcelStateMachine()
    {
        InstanceState(parcel => parcel.Status);
        Event(() => Posted, posted => posted.CorrelateById(context => context.Message.ParcelId));
        Event(() => Weighed, weighed => weighed.CorrelateById(context => context.Message.ParcelId));
        Event(() => Stamped, stamped => stamped.CorrelateById(context => context.Message.ParcelId));
        Event(() => Delivered, delivered => delivered.CorrelateById(context => context.Message.ParcelId));
        Event(
            () => Everything,
            everything => everything.CorrelateBy((parcel, context) => parcel.Street == context.Message.Street)
        );
        Event(
            () => Scanned,
            scanned =>
            {
                scanned.CorrelateById(context => context.Message.ParcelId);
                scanned.OnMissingInstance(missing => missing.Fault());
            }
        );

        Initially(
            When(Posted)
                .Publish(context => new ParcelSeen(context.Message.ParcelId, context.Saga.Scans))
                .TransitionTo(InTransit)
        );
        During(
            InTransit,
            When(Scanned)
                .Then(context => context.Saga.Scans++)
                .Publish(context => new ParcelSeen(context.Message.ParcelId, context.Saga.Scans)),
            When(Posted).Then(context => context.Saga.Scans += 100),
            When(Everything).Then(context => context.Saga.Scans++),
            // Saves its own changes and leaves the saga unchanged.
            When(Stamped)
                .ThenAsync(context =>
                    context
                        .GetPayload<IServiceProvider>()
                        .GetRequiredService<PostOffice>()
                        .Letters.Where(letter => letter.Id == context.Saga.CorrelationId)
                        .ExecuteDeleteAsync()
                ),
            When(Delivered).Finalize(),
            Ignore(Weighed)
        );
        SetCompletedWhenFinalized();
    }

    public State InTransit { get; private set; } = null!;
    public Event<ParcelPosted> Posted { get; private set; } = null!;
    public Event<ParcelScanned> Scanned { get; private set; } = null!;
    public Event<ParcelWeighed> Weighed { get; private set; } = null!;
    public Event<ParcelStamped> Stamped { get; private set; } = null!;
    public Event<ParcelDelivered> Delivered { get; private set; } = null!;
    public Event<EverythingSeen> Everything { get; private set; } = null!;
}

/// <summary>Configures the consumers of one bench and records what they received.</summary>
public sealed class Clerk
{
    int calls;

    public Func<ConsumeContext<FileLetter>, PostOffice, Task> Files { get; set; } =
        async (context, office) =>
        {
            office.Letters.Add(new HostedEnvelope { Id = context.Message.LetterId });
            await context.Publish(new LetterFiled(context.Message.LetterId));
        };

    public int Calls => calls;

    public void Called() => Interlocked.Increment(ref calls);
}

public sealed class FileLetterConsumer(Clerk clerk, PostOffice office) : IConsumer<FileLetter>
{
    public Task Consume(ConsumeContext<FileLetter> context)
    {
        clerk.Called();
        return clerk.Files(context, office);
    }
}

/// <summary>Receives all deliveries without an inbox, so that duplicates are counted.</summary>
public sealed class Mailbox
{
    readonly List<ConsumeContext<LetterFiled>> received = [];

    public IReadOnlyList<ConsumeContext<LetterFiled>> Received
    {
        get
        {
            lock (received)
                return [.. received];
        }
    }

    public void Add(ConsumeContext<LetterFiled> context)
    {
        lock (received)
            received.Add(context);
    }
}

public sealed class LetterFiledConsumer(Mailbox mailbox) : IConsumer<LetterFiled>
{
    public Task Consume(ConsumeContext<LetterFiled> context)
    {
        mailbox.Add(context);
        return Task.CompletedTask;
    }
}

/// <summary>Counts the deliveries that an endpoint has completed: acknowledged, or moved to the error queue.</summary>
public sealed class Deliveries : IReceiveObserver
{
    readonly ConcurrentDictionary<string, int> received = new();
    readonly ConcurrentDictionary<string, int> done = new();

    public int Received(string endpoint) => received.GetValueOrDefault(endpoint);

    public int Done(string endpoint) => done.GetValueOrDefault(endpoint);

    public Task PreReceive(ReceiveContext context) => Count(context, received);

    public Task PostReceive(ReceiveContext context) => Count(context, done);

    public Task ReceiveFault(ReceiveContext context, Exception exception) => Count(context, done);

    public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
        where T : class => Task.CompletedTask;

    public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
        where T : class => Task.CompletedTask;

    static Task Count(ReceiveContext context, ConcurrentDictionary<string, int> deliveries)
    {
        deliveries.AddOrUpdate(context.InputAddress.AbsolutePath.Split('/')[^1], 1, (_, count) => count + 1);
        return Task.CompletedTask;
    }
}
