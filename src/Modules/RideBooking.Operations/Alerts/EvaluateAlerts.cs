using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Alerts;

/// <summary>Raises and ends alerts.</summary>
/// <remarks>
/// Every host does so. One of them raises an alert, and one of them ends it: see <see cref="Alert"/>. A host ends an alert when it has
/// read for <see cref="AlertOptions.EndAfter"/> that the condition does not hold, and no other host has seen it hold since. A time in
/// which the condition could not be read does not count.
/// </remarks>
internal sealed class EvaluateAlerts(
    AlertOptions options,
    WorkSignal<SendAlertNotifications> signal,
    IServiceScopeFactory scopes,
    TimeProvider clock,
    ILogger<EvaluateAlerts> logger
) : BackgroundService
{
    static readonly TimeSpan s_betweenDeletes = TimeSpan.FromMinutes(10);

    // Since when this host has read that the condition of an alert does not hold.
    Dictionary<Guid, DateTimeOffset> _clearSince = [];
    DateTimeOffset _deletedAt = DateTimeOffset.MinValue;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var fails = false;
        while (!stoppingToken.IsCancellationRequested)
            try
            {
                await Task.Delay(options.Interval, clock, stoppingToken);
                await Evaluate(stoppingToken);
                fails = false;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { }
            catch (Exception exception)
            {
                // Once for each outage.
                if (!fails)
                    logger.LogWarning(
                        exception,
                        "Alerts could not be evaluated; none fires or ends until an attempt succeeds"
                    );
                fails = true;
            }
    }

    /// <summary>Raises the alerts whose conditions hold, and ends those whose conditions have not held for a while.</summary>
    public async Task Evaluate(CancellationToken cancellationToken)
    {
        // What was not read to the end is not known.
        var clearBefore = _clearSince;
        _clearSince = [];
        var now = clock.GetUtcNow();
        var (observed, firing) = await Read(cancellationToken);
        var known = firing.ToDictionary(alert => (alert.Name, alert.Subject));
        foreach (var observation in observed)
        foreach (var condition in observation.Holding)
            if (known.Remove((observation.Alert, condition.Subject), out var alert))
                await Prolong(alert.Id, condition, now, cancellationToken);
            else
                await Raise(observation.Alert, condition, now, cancellationToken);
        var unread = AlertNames.All.Except(observed.Select(observation => observation.Alert)).ToHashSet();
        var unknown = observed
            .SelectMany(observation => observation.Unknown.Select(subject => (observation.Alert, subject)))
            .ToHashSet();
        var clear = new Dictionary<Guid, DateTimeOffset>();
        foreach (var (key, alert) in known)
            if (!unread.Contains(alert.Name) && !unknown.Contains(key))
            {
                var since = clearBefore.GetValueOrDefault(alert.Id, now);
                clear[alert.Id] = since;
                if (now - since >= options.EndAfter && now - alert.LastSeenAt >= options.EndAfter)
                    await End(alert, now, cancellationToken);
            }
        _clearSince = clear;
        await DeleteOld(now, cancellationToken);
    }

    async Task<(IReadOnlyList<Observation> Observed, List<Alert> Firing)> Read(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var observed = await scope.ServiceProvider.GetRequiredService<AlertConditions>().Read(cancellationToken);
        var firing = await scope
            .ServiceProvider.GetRequiredService<AppDbContext>()
            .Set<Alert>()
            .AsNoTracking()
            .Where(row => row.EndedAt == null)
            .ToListAsync(cancellationToken);
        return (observed, firing);
    }

    async Task Raise(string name, Condition condition, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var alert = new Alert
        {
            Id = Guid.CreateVersion7(now),
            Name = name,
            Subject = condition.Subject,
            Since = now,
            LastSeenAt = now,
            Value = condition.Value,
            Limit = condition.Limit,
            Text = condition.Text,
        };
        db.Add(alert);
        Notify(db, alert, now);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (DatabaseConflicts.IsDuplicateKey(exception))
        {
            // Another host has raised it at the same time.
            return;
        }
        signal.Wake();
        logger.LogWarning("Alert {Alert} fires: {Text}", name, alert.Text);
    }

    async Task Prolong(Guid id, Condition condition, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        await scope
            .ServiceProvider.GetRequiredService<AppDbContext>()
            .Set<Alert>()
            .Where(row => row.Id == id && row.EndedAt == null)
            .ExecuteUpdateAsync(
                set =>
                    set.SetProperty(row => row.LastSeenAt, now)
                        .SetProperty(row => row.Value, condition.Value)
                        .SetProperty(row => row.Limit, condition.Limit)
                        .SetProperty(row => row.Text, condition.Text),
                cancellationToken
            );
    }

    async Task End(Alert alert, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var ended = await db.Set<Alert>()
            .Where(row => row.Id == alert.Id && row.EndedAt == null && row.LastSeenAt == alert.LastSeenAt)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.EndedAt, now), cancellationToken);
        // Another host has ended it, or has just seen that its condition holds.
        if (ended == 0)
            return;
        alert.EndedAt = now;
        Notify(db, alert, now);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        signal.Wake();
        logger.LogInformation("Alert {Alert} has ended. It was: {Text}", alert.Name, alert.Text);
    }

    void Notify(AppDbContext db, Alert alert, DateTimeOffset now)
    {
        if (options.Webhook is not null)
            db.Add(AlertNotification.Of(alert, now));
    }

    async Task DeleteOld(DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (now - _deletedAt < s_betweenDeletes)
            return;
        var oldest = now - options.KeepFor;
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        await db.Set<Alert>().Where(row => row.EndedAt < oldest).ExecuteDeleteAsync(cancellationToken);
        await db.Set<AlertNotification>().Where(row => row.CreatedAt < oldest).ExecuteDeleteAsync(cancellationToken);
        _deletedAt = now;
    }
}
