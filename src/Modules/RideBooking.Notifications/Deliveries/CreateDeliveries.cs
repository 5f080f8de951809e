using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.EventLog;
using RideBooking.Notifications.Contacts;
using RideBooking.Notifications.Email;
using RideBooking.Notifications.Webhooks;
using RideBooking.Platform.Persistence;

namespace RideBooking.Notifications.Deliveries;

/// <summary>Reads the event log, and creates what has to be sent: the e-mails to riders, the requests to partners.</summary>
/// <remarks>
/// It is no projection, because a projection can be replayed, and it is no consumer, because a webhook has the event's number in
/// its stream, which only the log has. One host at a time reads. It begins at the end of the log, and reads on past what nothing
/// wants while nothing is set up: what happened before is not sent later.
/// </remarks>
internal sealed partial class CreateDeliveries(
    EmailOptions email,
    DeliveryOptions options,
    IServiceScopeFactory scopes,
    EventLogSignal signal,
    DeliverySignal deliveries,
    TimeProvider clock,
    ILogger<CreateDeliveries> logger
) : BackgroundService
{
    const int BatchSize = 500;

    static readonly TimeSpan s_lease = TimeSpan.FromSeconds(10);
    static readonly TimeSpan s_poll = TimeSpan.FromSeconds(2);
    static readonly TimeSpan s_minInterval = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan s_unwantedPoll = TimeSpan.FromSeconds(5);
    static readonly TimeSpan s_cleanup = TimeSpan.FromHours(1);

    static readonly IReadOnlyList<NotificationTemplate> s_byEmail =
    [
        .. NotificationTemplates.All.Where(template => template is { ByEmail: true, Audience: Audience.Rider }),
    ];

    static readonly HashSet<string> s_emailed =
    [
        .. s_byEmail.Select(template => EventCatalogue.Published.Find(template.Event!)!.Name),
    ];

    readonly string _owner =
        $"{Environment.MachineName[..Math.Min(Environment.MachineName.Length, 20)]}/{Guid.NewGuid():N}";
    DateTimeOffset _nextCleanup;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var listener = signal.ListenToLog();
        var failedBefore = false;
        while (!stoppingToken.IsCancellationRequested)
            try
            {
                var progress = await Next(stoppingToken);
                failedBefore = false;
                if (progress == Progress.More)
                    continue;
                if (progress == Progress.Unwanted)
                    await Task.Delay(s_unwantedPoll, clock, stoppingToken);
                else if (progress == Progress.ReadElsewhere)
                    await Task.Delay(s_poll, clock, stoppingToken);
                else
                {
                    await listener.Receive(s_poll, clock, stoppingToken);
                    await Task.Delay(s_minInterval, clock, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { }
            catch (Exception exception)
            {
                // Usually the database is unavailable. Another host may have taken over: its row has changed.
                LogRetry(failedBefore ? LogLevel.Debug : LogLevel.Warning, exception);
                failedBefore = true;
                await Task.Delay(s_poll, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
    }

    /// <summary>Creates the deliveries of the next events.</summary>
    public async Task<Progress> Next(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var now = clock.GetUtcNow();
        if (await Claim(db, now, cancellationToken) is not { } checkpoint)
            return Progress.ReadElsewhere;
        await DeleteOld(db, now, cancellationToken);

        // The head first: a partner that is created meanwhile then begins after it.
        var head = await db.Set<LogHead>().Select(row => row.Position).SingleAsync(cancellationToken);
        var partners = await db.Set<Partner>()
            .AsNoTracking()
            .Where(partner => partner.DisabledAt == null)
            .ToListAsync(cancellationToken);
        var types = partners.SelectMany(partner => partner.Types).Concat(email.Server is null ? [] : s_emailed);
        List<string> wanted = [.. types.Distinct()];
        if (head <= checkpoint.Position)
            return wanted.Count == 0 ? Progress.Unwanted : Progress.UpToDate;

        List<LoggedEvent> events =
            wanted.Count == 0
                ? []
                : await db.ReadNumbered(
                    new EventFilter(checkpoint.Position, EventTypes: wanted, UpTo: head),
                    BatchSize,
                    cancellationToken
                );
        db.AddRange(ToPartners(events, partners, now));
        if (email.Server is not null)
            db.AddRange(await ToRiders(db, events, now, cancellationToken));
        var isFull = events.Count == BatchSize;
        checkpoint.Position = isFull ? events[^1].Position!.Value : head;
        var added = db.ChangeTracker.Entries<Delivery>().Any();
        await db.SaveChangesAsync(cancellationToken);
        if (added)
            deliveries.Wake();
        return isFull ? Progress.More
            : wanted.Count == 0 ? Progress.Unwanted
            : Progress.UpToDate;
    }

    static IEnumerable<Delivery> ToPartners(List<LoggedEvent> events, List<Partner> partners, DateTimeOffset now) =>
        from logged in events
        from partner in partners
        where logged.Position > partner.FromPosition && partner.Types.Contains(logged.EventType)
        select Delivery.Of(logged, DeliveryChannel.Webhook, partner.Id.ToString(), now);

    async Task<List<Delivery>> ToRiders(
        AppDbContext db,
        List<LoggedEvent> events,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        List<(LoggedEvent Logged, string RiderId)> notified = [];
        foreach (var logged in events.Where(each => s_emailed.Contains(each.EventType)))
            if (Read(logged) is { } happened)
                notified.AddRange(
                    s_byEmail
                        .Select(template => template.Of(happened))
                        .OfType<NotificationContent>()
                        .Select(content => (logged, content.RecipientId))
                );
        var riders = notified.Select(each => each.RiderId).Distinct().ToList();
        if (riders.Count == 0)
            return [];
        var reachable = await db.Set<Contact>()
            .Where(contact => riders.Contains(contact.RiderId) && contact.Email != null)
            .Select(contact => contact.RiderId)
            .ToListAsync(cancellationToken);
        return
        [
            .. notified
                .Where(each => reachable.Contains(each.RiderId))
                .Select(each => Delivery.Of(each.Logged, DeliveryChannel.Email, each.RiderId, now)),
        ];
    }

    // An event that cannot be read must not keep the others from being sent.
    object? Read(LoggedEvent logged)
    {
        try
        {
            return EventCatalogue.Published.Read(logged);
        }
        catch (UnreadableEventException exception)
        {
            LogUnreadable(exception, logged.EventType, logged.EventId);
            return null;
        }
    }

    /// <returns>The checkpoint, if this host may move it.</returns>
    async Task<DeliveryCheckpoint?> Claim(AppDbContext db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var rows = db.Set<DeliveryCheckpoint>();
        var until = now + s_lease;
        var claimed = await rows.Where(row => row.Owner == _owner || row.LeasedUntil < now)
            .ExecuteUpdateAsync(
                set => set.SetProperty(row => row.Owner, _owner).SetProperty(row => row.LeasedUntil, until),
                cancellationToken
            );
        if (claimed == 1)
            return await rows.SingleAsync(cancellationToken);
        if (await rows.AnyAsync(cancellationToken))
            return null;
        var added = db.Add(
            new DeliveryCheckpoint
            {
                Position = await db.Set<LogHead>().Select(row => row.Position).SingleAsync(cancellationToken),
                Owner = _owner,
                LeasedUntil = until,
            }
        );
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return added.Entity;
        }
        catch (DbUpdateException exception) when (DatabaseConflicts.IsDuplicateKey(exception))
        {
            added.State = EntityState.Detached;
            return null;
        }
    }

    async Task DeleteOld(AppDbContext db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (now < _nextCleanup)
            return;
        var end = now - options.KeepFor;
        await db.Set<Delivery>().Where(row => row.FinishedAt < end).ExecuteDeleteAsync(cancellationToken);
        _nextCleanup = now + s_cleanup;
    }

    /// <summary>How far the log was read.</summary>
    internal enum Progress
    {
        /// <summary>There may be more events.</summary>
        More,

        /// <summary>Up to its end.</summary>
        UpToDate,

        /// <summary>No e-mails and no partners are set up.</summary>
        Unwanted,

        /// <summary>Another host reads it.</summary>
        ReadElsewhere,
    }

    [LoggerMessage("E-mails and webhooks could not be created from the event log; it is tried again")]
    partial void LogRetry(LogLevel level, Exception exception);

    [LoggerMessage(LogLevel.Error, "The event {EventType} {EventId} cannot be read; no e-mail is sent about it")]
    partial void LogUnreadable(Exception exception, string eventType, Guid eventId);
}
