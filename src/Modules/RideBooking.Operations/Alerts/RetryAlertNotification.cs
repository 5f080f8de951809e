using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Alerts;

/// <summary>Sends a notification now that was given up, or waits for its next attempt.</summary>
internal static class RetryAlertNotification
{
    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapPost("/operations/alerts/notifications/{id:guid}/retry", Handle)
            .WithSummary("Send a notification now that was given up, or waits for its next attempt")
            .WithDescription(
                "A host sends it within seconds, with the same id. One that was given up is then repeated as often as at first. One that "
                    + "is delivered is not changed. One that is being sent may arrive twice. 409 if no webhook is set, or if the receiver already knows that the alert has ended."
            )
            .Refuses(StatusCodes.Status404NotFound, OperationsProblems.NotificationNotFound)
            .Refuses(
                StatusCodes.Status409Conflict,
                OperationsProblems.WebhookOff,
                OperationsProblems.NotificationOutdated
            );

    static async Task<Results<Accepted<AlertNotificationView>, ProblemHttpResult>> Handle(
        Guid id,
        Request request,
        Operator by,
        AlertOptions options,
        WorkSignal<SendAlertNotifications> signal,
        AppDbContext db,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        if (options.Webhook is null)
            return Problem.Conflict(
                OperationsProblems.WebhookOff,
                "No webhook is set. Set Operations:Alerts:Webhook:Url to the address of the receiver."
            );
        var rows = db.Set<AlertNotification>().AsNoTracking();
        var found = await rows.SingleOrDefaultAsync(row => row.Id == id, cancellationToken);
        if (found is null)
            return OperationsProblems.NoSuchNotification();
        // The receiver would believe that the alert fires.
        if (
            found is { Status: AlertNotification.GivenUp, EndedAt: null }
            && await rows.AnyAsync(
                row => row.AlertId == found.AlertId && row.EndedAt != null && row.Status == AlertNotification.Delivered,
                cancellationToken
            )
        )
            return Problem.Conflict(
                OperationsProblems.NotificationOutdated,
                "The receiver already knows that the alert has ended."
            );
        var now = clock.GetUtcNow();
        await using (var transaction = await db.Database.BeginTransactionAsync(cancellationToken))
        {
            var retried = await db.Set<AlertNotification>()
                .Where(row => row.Id == id)
                .Where(row =>
                    row.Status == AlertNotification.GivenUp
                    || (row.Status == AlertNotification.Pending && row.NextAttemptAt > now)
                )
                .ExecuteUpdateAsync(
                    set =>
                        set.SetProperty(row => row.Status, AlertNotification.Pending)
                            .SetProperty(
                                row => row.Attempts,
                                row => row.Status == AlertNotification.GivenUp ? 0 : row.Attempts
                            )
                            .SetProperty(row => row.NextAttemptAt, now)
                            .SetProperty(row => row.FinishedAt, (DateTimeOffset?)null),
                    cancellationToken
                );
            if (retried == 1)
            {
                db.Add(new OperatorAction(by.Id, OperatorActionNames.RetryAlertNotification, request.Reason, now));
                await db.SaveChangesAsync(cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                signal.Wake();
            }
        }
        return await rows.SingleOrDefaultAsync(row => row.Id == id, cancellationToken) is { } notification
            ? TypedResults.Accepted((string?)null, AlertNotificationView.Of(notification))
            : OperationsProblems.NoSuchNotification();
    }

    /// <param name="Reason">Why it can be delivered now.</param>
    internal sealed record Request(string Reason)
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator() => RuleFor(request => request.Reason).Reason();
        }
    }
}
