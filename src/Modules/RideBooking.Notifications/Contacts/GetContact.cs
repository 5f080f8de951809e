using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Persistence;

namespace RideBooking.Notifications.Contacts;

/// <summary>Returns the caller's profile.</summary>
internal static class GetContact
{
    public static void Map(RouteGroupBuilder riders) =>
        riders.MapGet("/riders/me/profile", Handle).WithSummary("Get your e-mail address and language");

    static async Task<Ok<ContactView>> Handle(Rider rider, AppDbContext db, CancellationToken cancellationToken) =>
        TypedResults.Ok(
            ContactView.Of(
                await db.Set<Contact>()
                    .AsNoTracking()
                    .SingleOrDefaultAsync(contact => contact.RiderId == rider.Id, cancellationToken)
            )
        );
}
