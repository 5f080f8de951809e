using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RideBooking.Benchmarks.Saga;

// A minimal ride: eleven messages, eight of them consumed with the database. It uses only the public names of MassTransit and
// its EF Core integration, so that it runs on either implementation of them.

public sealed record RequestRide(Guid RideId);

public sealed record RideRequested(Guid RideId);

public sealed record DriverAssigned(Guid RideId, Guid DriverId);

public sealed record RideAssigned(Guid RideId, Guid DriverId);

public sealed record StartRide(Guid RideId);

public sealed record RideStarted(Guid RideId);

public sealed record CompleteRide(Guid RideId, int DistanceMeters);

public sealed record RideCompleted(Guid RideId, int DistanceMeters);

public sealed record RidePaid(Guid RideId, decimal Amount);

public sealed record ReceiptIssued(Guid RideId, decimal Amount);

public sealed record RideClosed(Guid RideId);

public sealed class RideState : SagaStateMachineInstance, ISagaVersion
{
    public Guid CorrelationId { get; set; }
    public string Status { get; set; } = "";
    public Guid? DriverId { get; set; }
    public int DistanceMeters { get; set; }
    public decimal Amount { get; set; }
    public DateTime? RequestedAt { get; set; }
    public DateTime? AssignedAt { get; set; }
    public DateTime? StartedAt { get; set; }
    public DateTime? CompletedAt { get; set; }
    public int Version { get; set; }
}

public sealed class RideSaga : MassTransitStateMachine<RideState>
{
    public RideSaga()
    {
        InstanceState(ride => ride.Status);
        Event(() => Requested, e => e.CorrelateById(context => context.Message.RideId));
        Event(() => Assigned, e => e.CorrelateById(context => context.Message.RideId));
        Event(() => Started, e => e.CorrelateById(context => context.Message.RideId));
        Event(() => Completed, e => e.CorrelateById(context => context.Message.RideId));
        Event(() => Paid, e => e.CorrelateById(context => context.Message.RideId));

        Initially(
            When(Requested)
                .Then(context => context.Saga.RequestedAt = DateTime.UtcNow)
                .Publish(context => new RideRequested(context.Message.RideId))
                .TransitionTo(Matching)
        );
        During(
            Matching,
            When(Assigned)
                .Then(context =>
                    (context.Saga.DriverId, context.Saga.AssignedAt) = (context.Message.DriverId, DateTime.UtcNow)
                )
                .Publish(context => new RideAssigned(context.Message.RideId, context.Message.DriverId))
                .TransitionTo(EnRoute)
        );
        During(
            EnRoute,
            When(Started)
                .Then(context => context.Saga.StartedAt = DateTime.UtcNow)
                .Publish(context => new RideStarted(context.Message.RideId))
                .TransitionTo(Driving)
        );
        During(
            Driving,
            When(Completed)
                .Then(context =>
                    (context.Saga.DistanceMeters, context.Saga.CompletedAt) = (
                        context.Message.DistanceMeters,
                        DateTime.UtcNow
                    )
                )
                .Publish(context => new RideCompleted(context.Message.RideId, context.Message.DistanceMeters))
                .TransitionTo(Arrived)
        );
        During(
            Arrived,
            When(Paid)
                .Then(context => context.Saga.Amount = context.Message.Amount)
                .Publish(context => new RideClosed(context.Message.RideId))
                .TransitionTo(Closed)
        );
    }

    public State Matching { get; private set; } = null!;
    public State EnRoute { get; private set; } = null!;
    public State Driving { get; private set; } = null!;
    public State Arrived { get; private set; } = null!;
    public State Closed { get; private set; } = null!;
    public Event<RequestRide> Requested { get; private set; } = null!;
    public Event<DriverAssigned> Assigned { get; private set; } = null!;
    public Event<StartRide> Started { get; private set; } = null!;
    public Event<CompleteRide> Completed { get; private set; } = null!;
    public Event<RidePaid> Paid { get; private set; } = null!;
}

public sealed class MatchRide : IConsumer<RideRequested>
{
    public Task Consume(ConsumeContext<RideRequested> context) =>
        context.Publish(new DriverAssigned(context.Message.RideId, NewId.NextGuid()), context.CancellationToken);
}

public sealed class DriveRide : IConsumer<RideAssigned>
{
    public Task Consume(ConsumeContext<RideAssigned> context) =>
        context.Publish(new StartRide(context.Message.RideId), context.CancellationToken);
}

/// <summary>The driver's app, which does not use the measured database.</summary>
public sealed class FinishRide : IConsumer<RideStarted>
{
    public Task Consume(ConsumeContext<RideStarted> context) =>
        context.Publish(new CompleteRide(context.Message.RideId, 4200), context.CancellationToken);
}

public sealed class BillRide : IConsumer<RideCompleted>
{
    public async Task Consume(ConsumeContext<RideCompleted> context)
    {
        var amount = 3.5m + context.Message.DistanceMeters * 0.0018m;
        await context.Publish(new ReceiptIssued(context.Message.RideId, amount), context.CancellationToken);
        await context.Publish(new RidePaid(context.Message.RideId, amount), context.CancellationToken);
    }
}

/// <summary>The rider's app, which waits for the end of the ride.</summary>
public sealed class FollowRides(Riders riders) : IConsumer<RideClosed>, IConsumer<ReceiptIssued>
{
    public Task Consume(ConsumeContext<RideClosed> context)
    {
        riders.Arrived(context.Message.RideId);
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<ReceiptIssued> context)
    {
        riders.Paid(context.Message.RideId);
        return Task.CompletedTask;
    }
}

public sealed class RideStateMap : SagaClassMap<RideState>
{
    protected override void Configure(EntityTypeBuilder<RideState> entity, ModelBuilder model)
    {
        entity.Property(ride => ride.Status).HasMaxLength(64);
        entity.Property(ride => ride.Amount).HasPrecision(18, 4);
    }
}

public sealed class RideSagaContext(DbContextOptions<RideSagaContext> options)
    : MassTransit.EntityFrameworkCoreIntegration.SagaDbContext(options)
{
    protected override IEnumerable<MassTransit.EntityFrameworkCoreIntegration.ISagaClassMap> Configurations =>
        [new RideStateMap()];

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        modelBuilder.AddTransactionalOutboxEntities();
    }
}
