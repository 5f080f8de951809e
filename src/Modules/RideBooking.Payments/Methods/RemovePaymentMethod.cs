using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Platform.Http;
using RideBooking.Platform.Persistence;

namespace RideBooking.Payments.Methods;

/// <summary>A rider removes a card. From then on nothing is charged to it.</summary>
internal static class RemovePaymentMethod
{
    public const string NotFound = "payment_method_not_found";

    public static void Map(RouteGroupBuilder riders) =>
        riders
            .MapDelete("/riders/me/payment-methods/{methodId:guid}", Handle)
            .WithSummary("Remove a payment method")
            .WithDescription(
                "Rides and balances that name it are paid with the default from then on. When it was the default, the one that was "
                    + "the default before is again, else the newest. A charge that the gateway has already taken stands."
            )
            .Refuses(StatusCodes.Status404NotFound, NotFound);

    static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        Guid methodId,
        Rider rider,
        AppDbContext db,
        CancellationToken cancellationToken
    ) =>
        await db.Set<PaymentMethod>()
            .Where(method => method.Id == methodId && method.RiderId == rider.Id)
            .ExecuteDeleteAsync(cancellationToken) > 0
            ? TypedResults.NoContent()
            : Problem.NotFound("You have no such payment method.", NotFound);
}
