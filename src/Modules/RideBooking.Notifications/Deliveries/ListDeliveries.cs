using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Notifications.Deliveries;

/// <summary>Lists what was sent to partners or by e-mail, or could not be.</summary>
internal static class ListDeliveries
{
    static readonly string s_states = string.Join(", ", Delivery.Statuses);

    public static void Map(RouteGroupBuilder operators)
    {
        operators
            .MapGet("/operations/webhook-deliveries", HandleWebhooks)
            .WithSummary("List the deliveries to partners' webhooks, newest first")
            .WithDescription(
                $"state is one of {s_states}; the default is all of them. Those that are failed wait for an operator. recipient is a partner's id."
            );
        operators
            .MapGet("/operations/email-deliveries", HandleEmails)
            .WithSummary("List the e-mails to riders, newest first")
            .WithDescription(
                $"state is one of {s_states}; the default is all of them. Those that are failed wait for an operator. recipient is a rider. The list has no address and no text."
            );
    }

    static Task<Results<Ok<Page<DeliveryView>>, ProblemHttpResult>> HandleWebhooks(
        string? state,
        string? recipient,
        PageRequest page,
        AppDbContext db,
        CancellationToken cancellationToken
    ) => List(DeliveryChannel.Webhook, state, recipient, page, db, cancellationToken);

    static Task<Results<Ok<Page<DeliveryView>>, ProblemHttpResult>> HandleEmails(
        string? state,
        string? recipient,
        PageRequest page,
        AppDbContext db,
        CancellationToken cancellationToken
    ) => List(DeliveryChannel.Email, state, recipient, page, db, cancellationToken);

    static async Task<Results<Ok<Page<DeliveryView>>, ProblemHttpResult>> List(
        string channel,
        string? state,
        string? recipient,
        PageRequest page,
        AppDbContext db,
        CancellationToken cancellationToken
    )
    {
        if (state is not null && !Delivery.Statuses.Contains(state))
            return Problem.Validation("state", $"must be one of: {s_states}");
        var deliveries = db.Set<Delivery>().AsNoTracking().Where(row => row.Channel == channel);
        if (state is not null)
            deliveries = deliveries.Where(row => row.Status == state);
        if (recipient is not null)
            deliveries = deliveries.Where(row => row.Recipient == recipient);
        if (page.TryAfter<(DateTimeOffset At, Guid Id)>(out var after))
            deliveries = deliveries.Where(row =>
                row.CreatedAt < after.At || (row.CreatedAt == after.At && row.Id < after.Id)
            );
        var rows = await deliveries
            .OrderByDescending(row => row.CreatedAt)
            .ThenByDescending(row => row.Id)
            .Take(page.Fetch)
            .ToListAsync(cancellationToken);
        return TypedResults.Ok(page.Of(rows, row => (row.CreatedAt, row.Id), DeliveryView.Of));
    }
}
