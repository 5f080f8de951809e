using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.Platform;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Alerts;

/// <summary>Sends the notifications of alerts to the webhook, including those of hosts that died.</summary>
/// <remarks>
/// A notification is claimed for the time of an attempt. A host that dies during an attempt causes another with the same id when its
/// claim expires. That an alert has ended is not sent before that it fires.
/// </remarks>
internal sealed class SendAlertNotifications(
    AlertOptions options,
    AlertWebhook webhook,
    WorkSignal<SendAlertNotifications> signal,
    IServiceScopeFactory scopes,
    TimeProvider clock,
    ILogger<SendAlertNotifications> logger
) : BackgroundService
{
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>The pauses between attempts; after the last attempt a notification is given up.</summary>
    public static readonly IReadOnlyList<TimeSpan> Pauses =
    [
        TimeSpan.FromSeconds(5),
        TimeSpan.FromSeconds(15),
        TimeSpan.FromSeconds(45),
        TimeSpan.FromMinutes(2),
        TimeSpan.FromMinutes(5),
        TimeSpan.FromMinutes(10),
        TimeSpan.FromMinutes(10),
    ];

    static readonly TimeSpan s_pollInterval = TimeSpan.FromSeconds(2);
    static readonly TimeSpan s_claim = 3 * Timeout;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Webhook is not { } receiver)
            return;
        var fails = false;
        while (!stoppingToken.IsCancellationRequested)
            try
            {
                while (await SendNext(receiver, stoppingToken))
                    fails = false;
                fails = false;
                await signal.Wait(s_pollInterval, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { }
            catch (Exception exception)
            {
                // Once for each outage of the database.
                if (!fails)
                    logger.LogWarning(
                        exception,
                        "Notifications of alerts could not be sent; they wait until an attempt succeeds"
                    );
                fails = true;
                await Task.Delay(s_pollInterval, clock, stoppingToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
    }

    /// <summary>Sends the next notification that is due.</summary>
    /// <returns>False when none is.</returns>
    public async Task<bool> SendNext(WebhookOptions receiver, CancellationToken cancellationToken)
    {
        if (await Claim(cancellationToken) is not { } notification)
            return false;
        var error = await webhook.Post(receiver, notification, clock.GetUtcNow(), cancellationToken);
        if (error is null)
            await RecordDelivery(notification, cancellationToken);
        else
            await RecordFailure(
                notification,
                receiver,
                error.MakeStorable().Shorten(AlertNotification.MaxErrorLength),
                cancellationToken
            );
        return true;
    }

    async Task<AlertNotification?> Claim(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var now = clock.GetUtcNow();
        // A time later than after any pause was set by a host whose clock differs.
        var latest = now + 2 * Pauses[^1];
        var rows = db.Set<AlertNotification>();
        var due = await rows.AsNoTracking()
            .Where(row => row.Status == AlertNotification.Pending)
            .Where(row => row.NextAttemptAt <= now || row.NextAttemptAt > latest)
            .Where(row =>
                row.EndedAt == null
                || !rows.Any(other =>
                    other.AlertId == row.AlertId && other.EndedAt == null && other.Status == AlertNotification.Pending
                )
            )
            .OrderBy(row => row.NextAttemptAt)
            .ThenBy(row => row.Id)
            .FirstOrDefaultAsync(cancellationToken);
        if (due is null)
            return null;
        var until = now + s_claim;
        var mine = await rows.Where(row =>
                row.Id == due.Id
                && row.Status == AlertNotification.Pending
                && row.Attempts == due.Attempts
                && row.NextAttemptAt == due.NextAttemptAt
            )
            .ExecuteUpdateAsync(
                set =>
                    set.SetProperty(row => row.NextAttemptAt, until)
                        .SetProperty(row => row.Attempts, row => row.Attempts + 1),
                cancellationToken
            );
        due.Attempts++;
        return mine == 1 ? due : null;
    }

    async Task RecordDelivery(AlertNotification notification, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var now = clock.GetUtcNow();
        // Also if another host tries again because this attempt took too long.
        await scope
            .ServiceProvider.GetRequiredService<AppDbContext>()
            .Set<AlertNotification>()
            .Where(row => row.Id == notification.Id && row.Status != AlertNotification.Delivered)
            .ExecuteUpdateAsync(
                set =>
                    set.SetProperty(row => row.Status, AlertNotification.Delivered)
                        .SetProperty(row => row.LastError, (string?)null)
                        .SetProperty(row => row.FinishedAt, now),
                cancellationToken
            );
    }

    async Task RecordFailure(
        AlertNotification notification,
        WebhookOptions receiver,
        string error,
        CancellationToken cancellationToken
    )
    {
        var now = clock.GetUtcNow();
        var givesUp = notification.Attempts > Pauses.Count;
        var (status, next, finishedAt) = givesUp
            ? (AlertNotification.GivenUp, now, now)
            : (AlertNotification.Pending, now + Pauses[notification.Attempts - 1], (DateTimeOffset?)null);
        await using var scope = scopes.CreateAsyncScope();
        var recorded = await scope
            .ServiceProvider.GetRequiredService<AppDbContext>()
            .Set<AlertNotification>()
            .Where(row =>
                row.Id == notification.Id
                && row.Status == AlertNotification.Pending
                && row.Attempts == notification.Attempts
            )
            .ExecuteUpdateAsync(
                set =>
                    set.SetProperty(row => row.Status, status)
                        .SetProperty(row => row.NextAttemptAt, next)
                        .SetProperty(row => row.LastError, error)
                        .SetProperty(row => row.FinishedAt, finishedAt),
                cancellationToken
            );
        if (recorded == 0)
            return;
        if (givesUp)
            logger.LogWarning(
                "Notification {NotificationId} of alert {Alert} was given up after {Attempts} attempts at {Receiver}; an operator can retry it: {Error}",
                notification.Id,
                notification.AlertName,
                notification.Attempts,
                receiver.Receiver,
                error
            );
        else
            logger.LogInformation(
                "Notification {NotificationId} of alert {Alert} was not accepted by {Receiver}; the next attempt follows at {NextAttemptAt}: {Error}",
                notification.Id,
                notification.AlertName,
                receiver.Receiver,
                next,
                error
            );
    }
}
