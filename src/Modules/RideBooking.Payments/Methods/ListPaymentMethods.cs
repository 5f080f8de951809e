using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Payments.Methods;

/// <summary>Lists a rider's payment methods, the default first. Always one page, because their number is limited.</summary>
internal static class ListPaymentMethods
{
    public static void Map(RouteGroupBuilder riders) =>
        riders.MapGet("/riders/me/payment-methods", Handle).WithSummary("List your payment methods, the default first");

    static async Task<Ok<Page<MethodView>>> Handle(Rider rider, AppDbContext db, CancellationToken cancellationToken)
    {
        var methods = await db.MethodsOf(rider.Id, cancellationToken);
        return TypedResults.Ok(
            new Page<MethodView>([.. methods.Select((method, index) => MethodView.Of(method, index == 0))], null)
        );
    }
}
