using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts.Seams;
using RideBooking.EventLog;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Notifications.Webhooks;

/// <summary>Creates a partner, whose webhook then gets events.</summary>
internal static class CreatePartner
{
    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapPost("/operations/partners", Handle)
            .WithSummary("Create a partner, whose webhook gets events")
            .WithDescription(
                "The answer has the secret that signs the requests; no other answer has it. The partner gets the events since then. "
                    + "The address must be https, and must not lead to a private network."
            );

    static async Task<Results<Created<View>, ProblemHttpResult>> Handle(
        Request request,
        Operator by,
        IOperatorActions actions,
        WebhookOptions options,
        PartnerSecret secrets,
        AppDbContext db,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        if (PublicAddress.Check(request.Url, options) is { } wrong)
            return Problem.Validation("url", wrong);
        // Recorded before it is done, so that no crash hides it.
        await actions.Record(OperatorActionNames.CreatePartner, null, by.Id, request.Reason, cancellationToken);
        var now = clock.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        var (shown, stored) = secrets.Create(id);
        var partner = new Partner
        {
            Id = id,
            Name = request.Name.Trim(),
            Url = request.Url,
            EventTypes = string.Join(',', request.EventTypes.Distinct()),
            Secret = stored,
            FromPosition = await db.Set<LogHead>().Select(row => row.Position).SingleAsync(cancellationToken),
            CreatedAt = now,
        };
        db.Add(partner);
        await db.SaveChangesAsync(cancellationToken);
        return TypedResults.Created("/api/v1/operations/partners", new View(PartnerView.Of(partner), shown));
    }

    /// <param name="Name">The partner's name.</param>
    /// <param name="Url">Where events are posted.</param>
    /// <param name="EventTypes">The names of the events that it gets.</param>
    /// <param name="Reason">Why it is created.</param>
    internal sealed record Request(string Name, string Url, IReadOnlyList<string> EventTypes, string Reason)
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            static readonly HashSet<string> s_events = [.. EventCatalogue.Published.All.Select(known => known.Name)];

            public Validator()
            {
                RuleFor(request => request.Name).Text(1, Partner.MaxNameLength);
                RuleFor(request => request.Url).Text(1, Partner.MaxUrlLength);
                RuleFor(request => request.EventTypes)
                    .Must(types => types is { Count: > 0 } && types.All(s_events.Contains))
                    .WithMessage("must be names of events, such as RideRequested");
                RuleFor(request => request.Reason).Reason();
            }
        }
    }

    /// <summary>A new partner.</summary>
    /// <param name="Partner">The partner.</param>
    /// <param name="Secret">The secret of its signatures, as Standard Webhooks writes it.</param>
    internal sealed record View(PartnerView Partner, string Secret);
}
