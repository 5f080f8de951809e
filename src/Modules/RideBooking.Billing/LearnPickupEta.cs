using MassTransit;
using RideBooking.Contracts;

namespace RideBooking.Billing;

/// <summary>Records each offer's pickup estimate. A duplicate has too little effect to need a transaction.</summary>
internal sealed class LearnPickupEta(PickupEtas etas) : IConsumer<DriverOffered>
{
    public Task Consume(ConsumeContext<DriverOffered> context)
    {
        etas.Learn(context.Message.Pickup, Math.Max(0, context.Message.PickupEtaSeconds));
        return Task.CompletedTask;
    }
}
