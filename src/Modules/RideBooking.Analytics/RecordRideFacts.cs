using MassTransit;
using RideBooking.Contracts;
using RideBooking.Platform.Persistence;

namespace RideBooking.Analytics;

/// <summary>Records each event of a ride in its facts. One row per ride, so that no row is written by all rides.</summary>
internal sealed class RecordRideFacts(AppDbContext db)
    : IConsumer<RideRequested>,
        IConsumer<DriverArrived>,
        IConsumer<RideStarted>,
        IConsumer<RideCompleted>,
        IConsumer<RideCancelled>,
        IConsumer<NoDriverFound>,
        IConsumer<PaymentCaptured>
{
    public async Task Consume(ConsumeContext<RideRequested> context) =>
        (await Ride(context, context.Message.RideId)).Apply(context.Message);

    public async Task Consume(ConsumeContext<DriverArrived> context) =>
        (await Ride(context, context.Message.RideId)).Apply(context.Message);

    public async Task Consume(ConsumeContext<RideStarted> context) =>
        (await Ride(context, context.Message.RideId)).Apply(context.Message);

    public async Task Consume(ConsumeContext<RideCompleted> context) =>
        (await Ride(context, context.Message.RideId)).Apply(context.Message);

    public async Task Consume(ConsumeContext<RideCancelled> context) =>
        (await Ride(context, context.Message.RideId)).Apply(context.Message);

    public async Task Consume(ConsumeContext<NoDriverFound> context) =>
        (await Ride(context, context.Message.RideId)).Apply(context.Message);

    public async Task Consume(ConsumeContext<PaymentCaptured> context) =>
        (await Ride(context, context.Message.RideId)).Apply(context.Message);

    async Task<RideFacts> Ride(ConsumeContext context, Guid rideId)
    {
        var rides = db.Set<RideFacts>();
        return await rides.FindAsync([rideId], context.CancellationToken)
            ?? rides.Add(new RideFacts { RideId = rideId }).Entity;
    }
}
