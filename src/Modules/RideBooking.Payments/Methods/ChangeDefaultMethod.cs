using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Persistence;

namespace RideBooking.Payments.Methods;

/// <summary>Makes another card the default.</summary>
/// <remarks>From then on it is charged for every ride and retry that names no card.</remarks>
internal static class ChangeDefaultMethod
{
    public static void Map(RouteGroupBuilder riders) =>
        riders
            .MapPut("/riders/me/payment-methods/{methodId:guid}/default", Handle)
            .WithSummary("Make a payment method the default")
            .WithDescription("It then pays for all rides and retries that name no payment method.")
            .Refuses(StatusCodes.Status404NotFound, PaymentProblems.MethodNotFound);

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
            return PaymentProblems.NoSuchMethod();

        // Later than the current default's time, even if the clocks of the hosts differ.
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
