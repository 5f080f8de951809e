using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Payments.Gateway;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Payments.Methods;

/// <summary>Deletes the cards of a forgotten rider, also at the gateway. Payments keep the tokens that they charged.</summary>
/// <remarks>
/// Outside a transaction, because it calls the gateway. If that does not answer, the message is retried, and no token is deleted
/// before its card is removed.
/// </remarks>
[RepeatIsSafe("A forgotten rider cannot add another payment method.")]
internal sealed class DeletePaymentMethods(AppDbContext db, IPaymentGateway gateway) : IConsumer<RiderForgotten>
{
    public async Task Consume(ConsumeContext<RiderForgotten> context)
    {
        var cancellationToken = context.CancellationToken;
        foreach (var method in await db.MethodsOf(context.Message.RiderId, cancellationToken))
        {
            await gateway.Remove(method.Token, cancellationToken);
            await db.Set<PaymentMethod>().Where(row => row.Id == method.Id).ExecuteDeleteAsync(cancellationToken);
        }
    }
}
