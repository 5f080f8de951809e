using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Payments.Methods;

/// <summary>Deletes the cards of a forgotten rider. Payments keep the gateway's tokens that they charged.</summary>
[RepeatIsSafe("A forgotten rider cannot add another payment method.")]
internal sealed class DeletePaymentMethods(AppDbContext db) : IConsumer<RiderForgotten>
{
    public Task Consume(ConsumeContext<RiderForgotten> context)
    {
        var riderId = context.Message.RiderId;
        return db.Set<PaymentMethod>()
            .Where(method => method.RiderId == riderId)
            .ExecuteDeleteAsync(context.CancellationToken);
    }
}
