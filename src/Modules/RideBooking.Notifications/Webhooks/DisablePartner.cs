using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Notifications.Webhooks;

/// <summary>Disables a partner: nothing is sent to it any more.</summary>
internal static class DisablePartner
{
    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapPost("/operations/partners/{id:guid}/disable", Handle)
            .WithSummary("Disable a partner")
            .WithDescription(
                "It gets no further events, and what still waits for it is not sent. Repeating it has no effect. For a new address or a "
                    + "new secret, create another partner first."
            )
            .Refuses(StatusCodes.Status404NotFound, NotificationProblems.PartnerNotFound);

    static async Task<Results<Ok<PartnerView>, ProblemHttpResult>> Handle(
        Guid id,
        Request request,
        Operator by,
        IOperatorActions actions,
        AppDbContext db,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        if (await db.Set<Partner>().SingleOrDefaultAsync(row => row.Id == id, cancellationToken) is not { } partner)
            return NotificationProblems.NoSuchPartner();
        if (partner.DisabledAt is null)
        {
            // Recorded before it is done, so that no crash hides it.
            await actions.Record(OperatorActionNames.DisablePartner, null, by.Id, request.Reason, cancellationToken);
            partner.DisabledAt = clock.GetUtcNow();
            await db.SaveChangesAsync(cancellationToken);
        }
        return TypedResults.Ok(PartnerView.Of(partner));
    }

    /// <param name="Reason">Why it is disabled.</param>
    internal sealed record Request(string Reason)
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator() => RuleFor(request => request.Reason).Reason();
        }
    }
}
