using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Messaging.Failures;
using RideBooking.Platform.Persistence;

namespace RideBooking.Drivers;

/// <summary>Tracks the offers and rides of drivers, from the events of matching and rides.</summary>
/// <remarks>The end of an offer or of a ride is final, in whatever order and however often the events arrive.</remarks>
[RepeatIsSafe("The rows of an offer, a ride, its start and its end exist once; a stage or change never moves back.")]
internal sealed class TrackAssignments(AppDbContext db)
    : IConsumer<DriverOffered>,
        IConsumer<OfferDeclined>,
        IConsumer<OfferExpired>,
        IConsumer<DriverAssigned>,
        IConsumer<DriverUnassigned>,
        IConsumer<DestinationChanged>,
        IConsumer<RideStarted>,
        IConsumer<RideCompleted>,
        IConsumer<RideCancelled>
{
    public async Task Consume(ConsumeContext<DriverOffered> context)
    {
        var offered = context.Message;
        var assignment = await AdvanceTo(
            AssignmentStage.Offered,
            offered.OfferId,
            offered.RideId,
            offered.DriverId,
            context
        );

        // Stored even if the offer has been answered: the event of the answer does not contain where the ride goes.
        assignment.ExpiresAt = offered.ExpiresAt;
        assignment.Pickup = offered.Pickup;
        assignment.Dropoff = offered.Dropoff;
    }

    public Task Consume(ConsumeContext<OfferDeclined> context) =>
        AdvanceTo(
            AssignmentStage.Ended,
            context.Message.OfferId,
            context.Message.RideId,
            context.Message.DriverId,
            context
        );

    public Task Consume(ConsumeContext<OfferExpired> context) =>
        AdvanceTo(
            AssignmentStage.Ended,
            context.Message.OfferId,
            context.Message.RideId,
            context.Message.DriverId,
            context
        );

    public async Task Consume(ConsumeContext<DriverAssigned> context)
    {
        var assigned = context.Message;
        var assignment = await AdvanceTo(
            AssignmentStage.Assigned,
            assigned.OfferId,
            assigned.RideId,
            assigned.DriverId,
            context
        );
        assignment.AssignedAt = assigned.At;
    }

    public Task Consume(ConsumeContext<DriverUnassigned> context) =>
        AdvanceTo(
            AssignmentStage.Ended,
            context.Message.OfferId,
            context.Message.RideId,
            context.Message.DriverId,
            context
        );

    public async Task Consume(ConsumeContext<DestinationChanged> context)
    {
        var changed = context.Message;
        var destination = await db.Set<RideDestination>()
            .SingleOrDefaultAsync(ride => ride.RideId == changed.RideId, context.CancellationToken);
        if (destination is null)
            db.Add(destination = new RideDestination { RideId = changed.RideId });
        destination.Redirect(changed);
    }

    public async Task Consume(ConsumeContext<RideStarted> context)
    {
        var (rideId, at) = (context.Message.RideId, context.Message.At);
        if (
            !context.IsRetry()
            || !await db.Set<StartedRide>().AnyAsync(ride => ride.RideId == rideId, context.CancellationToken)
        )
            db.Add(new StartedRide { RideId = rideId, At = at });
    }

    public Task Consume(ConsumeContext<RideCompleted> context) =>
        EndRide(context.Message.RideId, context.Message.DriverId, context.Message.At, context);

    public Task Consume(ConsumeContext<RideCancelled> context) =>
        EndRide(context.Message.RideId, context.Message.DriverId, context.Message.At, context);

    async Task<DriverAssignment> AdvanceTo(
        AssignmentStage stage,
        Guid offerId,
        Guid rideId,
        string driverId,
        ConsumeContext context
    )
    {
        // Usually the offer's event arrives before its answer: then there is no row to find yet.
        var assignment =
            stage == AssignmentStage.Offered && !context.IsRetry()
                ? null
                : await db.Set<DriverAssignment>()
                    .SingleOrDefaultAsync(assignment => assignment.OfferId == offerId, context.CancellationToken);
        if (assignment is null)
            db.Add(
                assignment = new DriverAssignment
                {
                    OfferId = offerId,
                    RideId = rideId,
                    DriverId = driverId,
                    Stage = stage,
                }
            );
        else if (assignment.Stage < stage)
            assignment.Stage = stage;
        return assignment;
    }

    async Task EndRide(Guid rideId, string? driverId, DateTimeOffset at, ConsumeContext context)
    {
        // The known assignment leaves the driver's active ones, so that queries for those stay fast.
        var assignment = driverId is null
            ? null
            : await db.Set<DriverAssignment>()
                .FirstOrDefaultAsync(
                    assignment =>
                        assignment.DriverId == driverId
                        && assignment.Stage == AssignmentStage.Assigned
                        && assignment.RideId == rideId,
                    context.CancellationToken
                );
        if (assignment is not null)
            assignment.Stage = AssignmentStage.Ended;
        if (
            !context.IsRetry()
            || !await db.Set<EndedRide>().AnyAsync(ride => ride.RideId == rideId, context.CancellationToken)
        )
            db.Add(new EndedRide { RideId = rideId, At = at });
    }
}
