using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using RideBooking.Payments.Gateway;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Persistence;

namespace RideBooking.Payments.Methods;

/// <summary>Removes a card, which is not charged any more.</summary>
internal static class RemovePaymentMethod
{
    public static void Map(RouteGroupBuilder riders) =>
        riders
            .MapDelete("/riders/me/payment-methods/{methodId:guid}", Handle)
            .WithSummary("Remove a payment method")
            .WithDescription(
                "The default then pays for rides and balances that name it. If it was the default, the previous default "
                    + "becomes the default again, or else the newest. A charge that the gateway has already captured is not reversed."
            )
            .Refuses(StatusCodes.Status404NotFound, PaymentProblems.MethodNotFound);

    static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        Guid methodId,
        Rider rider,
        IPaymentGateway gateway,
        AppDbContext db,
        ILoggerFactory loggers,
        CancellationToken cancellationToken
    )
    {
        var own = db.Set<PaymentMethod>().Where(method => method.Id == methodId && method.RiderId == rider.Id);
        var token = await own.Select(method => method.Token).SingleOrDefaultAsync(cancellationToken);
        if (token is null || await own.ExecuteDeleteAsync(cancellationToken) == 0)
            return PaymentProblems.NoSuchMethod();
        try
        {
            await gateway.Remove(token, cancellationToken);
        }
        catch (GatewayUnavailableException unavailable)
        {
            // It is not charged any more; that it stays at the gateway does not concern the rider.
            loggers
                .CreateLogger(typeof(RemovePaymentMethod))
                .LogWarning(
                    "A removed card stays saved at the gateway, which does not answer ({Reason}); it is not charged any more",
                    unavailable.Message
                );
        }
        return TypedResults.NoContent();
    }
}
