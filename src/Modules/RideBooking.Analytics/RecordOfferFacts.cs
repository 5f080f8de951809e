using MassTransit;
using RideBooking.Contracts;
using RideBooking.Platform.Persistence;

namespace RideBooking.Analytics;

/// <summary>Records each event of an offer in its facts.</summary>
internal sealed class RecordOfferFacts(AppDbContext db)
    : IConsumer<DriverOffered>,
        IConsumer<OfferDeclined>,
        IConsumer<OfferExpired>,
        IConsumer<DriverAssigned>,
        IConsumer<DriverUnassigned>
{
    public async Task Consume(ConsumeContext<DriverOffered> context) =>
        (await Offer(context, context.Message.OfferId, context.Message.RideId, context.Message.DriverId)).Apply(
            context.Message
        );

    public async Task Consume(ConsumeContext<OfferDeclined> context) =>
        (await Offer(context, context.Message.OfferId, context.Message.RideId, context.Message.DriverId)).Apply(
            context.Message
        );

    public async Task Consume(ConsumeContext<OfferExpired> context) =>
        (await Offer(context, context.Message.OfferId, context.Message.RideId, context.Message.DriverId)).Apply(
            context.Message
        );

    public async Task Consume(ConsumeContext<DriverAssigned> context) =>
        (await Offer(context, context.Message.OfferId, context.Message.RideId, context.Message.DriverId)).Apply(
            context.Message
        );

    public async Task Consume(ConsumeContext<DriverUnassigned> context) =>
        (await Offer(context, context.Message.OfferId, context.Message.RideId, context.Message.DriverId)).Apply(
            context.Message
        );

    async Task<OfferFacts> Offer(ConsumeContext context, Guid offerId, Guid rideId, string driverId)
    {
        var offers = db.Set<OfferFacts>();
        return await offers.FindAsync([offerId], context.CancellationToken)
            ?? offers
                .Add(
                    new OfferFacts
                    {
                        OfferId = offerId,
                        RideId = rideId,
                        DriverId = driverId,
                    }
                )
                .Entity;
    }
}
