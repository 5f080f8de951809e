using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Platform.Http;
using RideBooking.Platform.Persistence;

namespace RideBooking.Payments.Methods;

/// <summary>A rider makes another card the default: what names no card is charged to it from then on, also what is being retried.</summary>
internal static class ChangeDefaultMethod
{
    public static void Map(RouteGroupBuilder riders) =>
        riders
            .MapPut("/riders/me/payment-methods/{methodId:guid}/default", Handle)
            .WithSummary("Make a payment method the default")
            .WithDescription("Rides and retries that name no method are paid with it from then on.")
            .Refuses(StatusCodes.Status404NotFound, RemovePaymentMethod.NotFound);

    static async Task<Results<Ok<MethodView>, ProblemHttpResult>> Handle(
        Guid methodId,
        Rider rider,
        AppDbContext db,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var methods = await db.MethodsOf(rider.Id, cancellationToken);
        if (methods.Find(method => method.Id == methodId) is not { } chosen)
            return Problem.NotFound("You have no such payment method.", RemovePaymentMethod.NotFound);

        // Later than the present default's time, whatever the clocks of the hosts say.
        var now = clock.GetUtcNow();
        if (methods[0].DefaultSince is { } last && last >= now)
            now = last.AddMilliseconds(1);
        if (methods[0].Id != methodId)
            await db.Set<PaymentMethod>()
                .Where(method => method.Id == methodId)
                .ExecuteUpdateAsync(set => set.SetProperty(method => method.DefaultSince, now), cancellationToken);
        return TypedResults.Ok(MethodView.Of(chosen, isDefault: true));
    }
}
