using System.Data;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>Moves scheduled messages to the outbox when they are due, from where they are sent.</summary>
/// <remarks>
/// Every process does this. A message moves in one transaction that deletes its row, so of two processes that find it, or of a
/// process and a cancellation, one succeeds; the other finds the row gone and starts again.
/// </remarks>
sealed partial class ScheduledDelivery<TDbContext>(
    IServiceScopeFactory scopes,
    OutboxDelivery<TDbContext> delivery,
    OutboxSender<TDbContext> sender,
    OutboxSettings<TDbContext> settings,
    TimeProvider clock,
    ILogger<ScheduledDelivery<TDbContext>> logger
)
    where TDbContext : DbContext
{
    static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(200);

    // Until the next attempt to move a message that could not be moved.
    static readonly TimeSpan s_pause = TimeSpan.FromMinutes(1);

    readonly int _limit = Math.Max(1, (int)(settings.ScheduledPerSecond * s_interval.TotalSeconds ?? 0));

    /// <summary>Runs until it is stopped.</summary>
    public async Task Run(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(s_interval);
        try
        {
            do await TryMoveDue(cancellationToken);
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested)
        {
            // Stopping, perhaps while the database has failed.
            if (exception is not OperationCanceledException)
                LogFailed(exception);
        }
    }

    async Task TryMoveDue(CancellationToken cancellationToken)
    {
        try
        {
            // Without the broker, they would only fill the outbox, and all be sent at once when it is available again.
            await sender.WaitForBus(cancellationToken);
            if (delivery.InFlight.HasRoom)
                await MoveDue(cancellationToken);
        }
        catch (DbUpdateConcurrencyException exception)
        {
            LogLost(exception);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The tables may not exist yet, or the database may be unavailable.
            LogFailed(exception);
        }
    }

    async Task MoveDue(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<TDbContext>();
        context.Database.SetCommandTimeout(settings.QueryTimeout);
        var now = clock.GetUtcNow().UtcDateTime;
        var due = await context
            .Set<ScheduledOutboxMessage>()
            .AsNoTracking()
            .Where(message => message.BusName == settings.BusName && message.DueTime <= now)
            .OrderBy(message => message.DueTime)
            .Take(_limit)
            .ToListAsync(cancellationToken);
        if (due.Count == 0)
            return;

        try
        {
            await Move(context, due, now, cancellationToken);
        }
        // One of them cannot become a row of the outbox. The others must not wait for it.
        catch (Exception exception)
            when (exception is DbUpdateException and not DbUpdateConcurrencyException or JsonException)
        {
            foreach (var message in due)
                await MoveAlone(context, message, now, cancellationToken);
        }
    }

    async Task MoveAlone(
        TDbContext context,
        ScheduledOutboxMessage message,
        DateTime now,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await Move(context, [message], now, cancellationToken);
        }
        catch (DbUpdateConcurrencyException exception)
        {
            LogLost(exception);
        }
        catch (Exception exception) when (exception is DbUpdateException or JsonException)
        {
            LogNotMoved(exception, message.Token);
            context.ChangeTracker.Clear();
            await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
            await context
                .Set<ScheduledOutboxMessage>()
                .Where(row => row.Token == message.Token && row.Id == message.Id)
                .ExecuteUpdateAsync(row => row.SetProperty(m => m.DueTime, now + s_pause), cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
    }

    async Task Move(
        TDbContext context,
        List<ScheduledOutboxMessage> due,
        DateTime now,
        CancellationToken cancellationToken
    )
    {
        var superseded = await Superseded(context, due, cancellationToken);
        List<OutboxMessage> messages = [];
        await context
            .Database.CreateExecutionStrategy()
            .ExecuteAsync(async () =>
            {
                context.ChangeTracker.Clear();
                await using var transaction = await context.Database.BeginTransactionAsync(
                    IsolationLevel.ReadCommitted,
                    cancellationToken
                );
                messages =
                [
                    .. due.Where(message => !superseded.Contains(message.Id))
                        .Select(message => message.Due(now, settings.GracePeriod)),
                ];
                await OutboxOrdering.Number(
                    context,
                    messages.ConvertAll(IReadOnlyCollection<OutboxMessage> (message) => [message]),
                    cancellationToken
                );
                context.RemoveRange(due);
                context.AddRange(messages);
                await context.SaveChangesAsync(cancellationToken);
                await transaction.CommitAsync(cancellationToken);
            });
        delivery.Enqueue(messages);
    }

    /// <summary>Returns those whose token was scheduled again later.</summary>
    static async Task<HashSet<Guid>> Superseded(
        TDbContext context,
        List<ScheduledOutboxMessage> due,
        CancellationToken cancellationToken
    )
    {
        var tokens = due.Select(message => message.Token).Distinct().ToList();
        var all = await context
            .Set<ScheduledOutboxMessage>()
            .Where(message => tokens.Contains(message.Token))
            .Select(message => new { message.Token, message.Id })
            .ToListAsync(cancellationToken);
        // The order of UUIDv7 is that of their texts, which not every database compares so.
        return
        [
            .. all.GroupBy(message => message.Token)
                .SelectMany(same =>
                    same.Select(message => message.Id)
                        .OrderByDescending(id => id.ToString(), StringComparer.Ordinal)
                        .Skip(1)
                ),
        ];
    }

    [LoggerMessage(
        LogLevel.Debug,
        "Outbox: scheduled messages were moved or cancelled by others meanwhile; the rest is moved at the next interval"
    )]
    partial void LogLost(Exception reason);

    [LoggerMessage(
        LogLevel.Error,
        "Outbox: the scheduled message {Token} is due and cannot be put into the outbox; it is retried every minute"
    )]
    partial void LogNotMoved(Exception reason, Guid token);

    [LoggerMessage(LogLevel.Warning, "Outbox: moving scheduled messages failed; it is retried at the next interval")]
    partial void LogFailed(Exception reason);
}
