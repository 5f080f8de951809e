using System.Runtime.ExceptionServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Operations.FailedMessages;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Redrives;

/// <summary>Carries out redrives, including those of processes that died.</summary>
/// <remarks>
/// A redrive is claimed for a limited time. A message is recorded as redriven after the transport has accepted it. A process that
/// dies in between causes a second send with the same message id, which the inbox handles once. A process that was too slow to
/// prolong its claim notices that another one has it, and stops.
/// </remarks>
internal sealed class RunRedrives(
    IErrorQueues queues,
    HandledMessages handled,
    IServiceScopeFactory scopes,
    WorkSignal<RunRedrives> signal,
    WorkSignal<RecordOutcomes> sentSignal,
    TimeProvider clock,
    ILogger<RunRedrives> logger
) : BackgroundService
{
    // One that waits for its canary or for a ride's messages must not hold up the others.
    const int MaxAtOnce = 8;

    static readonly TimeSpan s_pollInterval = TimeSpan.FromSeconds(5);
    static readonly TimeSpan s_claim = TimeSpan.FromSeconds(10);

    // How long one step may take: progress is recorded, and a pause noticed, between steps.
    static readonly TimeSpan s_step = TimeSpan.FromSeconds(1);

    // How long to wait for outcomes before looking again.
    static readonly TimeSpan s_outcome = TimeSpan.FromMilliseconds(250);
    const int MaxBatch = 100;

    // How many messages are looked at together to find some whose rides have no message on its way.
    const int Window = 1000;

    // The messages of the in-memory transport that wait in this process.
    const int MaxPending = 500;

    // How many messages a canary has sent in all after each of its stages.
    static readonly int[] s_canary = [1, 11, 111];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        List<Task> running = [];
        while (!stoppingToken.IsCancellationRequested)
            try
            {
                running.RemoveAll(run => run.IsCompleted);
                if (running.Count < MaxAtOnce && await Claim(stoppingToken) is { } redrive)
                    running.Add(RunUntilInterrupted(redrive, stoppingToken));
                else
                    await signal.Wait(s_pollInterval, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { }
            catch (Exception exception)
            {
                logger.LogWarning(exception, "Redrives could not be read; the next attempt follows");
                await Task.Delay(s_pollInterval, clock, stoppingToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        await Task.WhenAll(running);
    }

    async Task RunUntilInterrupted(Redrive redrive, CancellationToken cancellationToken)
    {
        try
        {
            await Run(redrive, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested) { }
        catch (Exception exception)
        {
            // The broker or the database is unavailable.
            logger.LogWarning(
                exception,
                "Redrive {RedriveId} was interrupted; it continues where it stopped when its claim expires",
                redrive.Id
            );
        }
        finally
        {
            signal.Wake();
        }
    }

    async Task<Redrive?> Claim(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var now = clock.GetUtcNow();
        var free = await db.Set<Redrive>()
            .AsNoTracking()
            .Where(row => row.FinishedAt == null && row.Status != WorkStatus.Paused)
            // A claim that ends later than any claim can was made by a host whose clock differs.
            .Where(row => row.ClaimedUntil <= now || row.ClaimedUntil > now + 2 * s_claim)
            .OrderBy(row => row.ClaimedUntil)
            .FirstOrDefaultAsync(cancellationToken);
        if (free is null)
            return null;
        var until = now + s_claim;
        var mine = await db.Set<Redrive>()
            .Where(row => row.Id == free.Id && row.FinishedAt == null && row.ClaimedUntil == free.ClaimedUntil)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.ClaimedUntil, until), cancellationToken);
        free.ClaimedUntil = until;
        return mine == 1 ? free : null;
    }

    async Task Run(Redrive redrive, CancellationToken cancellationToken)
    {
        // The messages that were sent and would not survive the death of this process yet.
        var pending = new Dictionary<string, Sending>();
        string? missingQueue = null;
        while (true)
        {
            var began = clock.GetTimestamp();
            var step = missingQueue is null
                ? await Next(redrive, pending.Keys, cancellationToken)
                : new Step(WorkStatus.Failed, [], IsLast: false, missingQueue);
            List<(string Id, string Reason)> refused = [];
            var sent = 0;
            Exception? interruption = null;
            foreach (var (message, outcome, result) in await Send(step.Messages, cancellationToken))
                switch (result)
                {
                    case ({ } safe, _):
                        pending[message.Id] = new(safe, outcome);
                        sent++;
                        break;
                    case (_, MessageRefusedException exception):
                        logger.LogWarning(
                            exception,
                            "The broker refused message {MessageId} of redrive {RedriveId}; it is a failed message again",
                            message.Id,
                            redrive.Id
                        );
                        refused.Add((message.Id, exception.Message));
                        break;
                    case (_, QueueNotFoundException exception):
                        missingQueue = exception.Message;
                        break;
                    case (_, var exception):
                        interruption = exception;
                        break;
                }
            if (interruption is not null)
            {
                // What was sent must not be sent again when the redrive continues.
                await Record(redrive, pending, refused);
                ExceptionDispatchInfo.Throw(interruption);
            }
            if (pending.Count > 0 && (step.Messages.Count == 0 || pending.Count >= MaxPending))
                await Task.WhenAny(
                    Task.WhenAll(pending.Values.Select(message => message.Safe)),
                    Task.Delay(s_step, clock, cancellationToken)
                );
            if (!await Record(redrive, pending, refused))
            {
                logger.LogWarning("Redrive {RedriveId} is continued by another host", redrive.Id);
                return;
            }
            if (sent > 0)
                sentSignal.Wake();

            // Messages that only this process knows would be sent again by the next one.
            if (pending.Count == 0 && (step.Status != WorkStatus.Running || step.IsLast))
            {
                await End(redrive, step.Status, step.Error, cancellationToken);
                return;
            }
            var pause =
                sent == 0 && pending.Count == 0 ? s_outcome
                : redrive.RatePerSecond is { } rate
                    ? TimeSpan.FromSeconds((double)sent / rate) - clock.GetElapsedTime(began)
                : TimeSpan.Zero;
            if (pause > TimeSpan.Zero)
                await Task.Delay(pause, clock, cancellationToken);
        }
    }

    /// <summary>Sends messages, each of another ride, and waits until the transport has accepted or refused each.</summary>
    async Task<List<(StoredMessage Message, string Outcome, (Task? Safe, Exception? Error) Result)>> Send(
        List<(StoredMessage Message, string Outcome)> messages,
        CancellationToken cancellationToken
    )
    {
        var results = await Task.WhenAll(messages.Select(message => Send(message.Message)));
        // RabbitMQ closes the channel because of one message. Sent alone, the others are accepted.
        if (messages.Count > 1)
            for (var number = 0; number < messages.Count; number++)
                if (results[number].Error is MessageRefusedException)
                    results[number] = await Send(messages[number].Message);
        return [.. messages.Zip(results, (message, result) => (message.Message, message.Outcome, result))];

        async Task<(Task? Safe, Exception? Error)> Send(StoredMessage message)
        {
            try
            {
                return (await queues.SendBack(message.Message(), cancellationToken), null);
            }
            catch (Exception exception)
            {
                return (null, exception);
            }
        }
    }

    /// <summary>Returns the redrive's current status and its next messages, the oldest first.</summary>
    async Task<Step> Next(Redrive redrive, IReadOnlyCollection<string> pending, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var now = await db.Set<Redrive>()
            .Where(row => row.Id == redrive.Id)
            .Select(row => new
            {
                row.Status,
                row.Canary,
                row.Sent,
            })
            .SingleAsync(cancellationToken);
        if (now.Status != WorkStatus.Running)
            return new(now.Status, [], IsLast: false);
        var max = Math.Min(redrive.RatePerSecond ?? MaxBatch, MaxBatch);
        if (now.Canary && s_canary.FirstOrDefault(stage => stage >= now.Sent) is > 0 and var stage)
        {
            if (stage == now.Sent)
            {
                var outcomes = await RedriveOutcomes.Of(db, redrive.Id, cancellationToken);
                if (outcomes.Pending > 0)
                    stage = 0;
                else if (outcomes.FailedAgain + outcomes.Unknown > 0)
                    return await Halt(db, redrive, outcomes, cancellationToken);
                else
                    stage = s_canary.FirstOrDefault(next => next > now.Sent, int.MaxValue);
            }
            max = Math.Clamp(stage - now.Sent - pending.Count, 0, max);
        }
        var rows = await Choose(db, redrive, pending, max, cancellationToken);
        var isLast = rows.Count == 0 && pending.Count == 0 && !await Remaining(db, redrive).AnyAsync(cancellationToken);
        return new(now.Status, await WithOutcomes(db, rows, cancellationToken), isLast);
    }

    /// <summary>
    /// Returns the oldest messages of rides that have no message on its way, one of each ride. A message waits for older ones of
    /// its ride in other redrives.
    /// </summary>
    async Task<List<StoredMessage>> Choose(
        AppDbContext db,
        Redrive redrive,
        IReadOnlyCollection<string> pending,
        int max,
        CancellationToken cancellationToken
    )
    {
        if (max == 0)
            return [];
        var busy = (
            await db.Set<StoredMessage>()
                .Where(row => row.Outcome == Outcomes.Pending && row.RideId != null)
                .Select(row => row.RideId!.Value)
                .Distinct()
                .ToListAsync(cancellationToken)
        ).ToHashSet();
        // One that no process works on may be paused, or wait until fewer redrives run: its messages are not waited for.
        var now = clock.GetUtcNow();
        var others = await db.Set<Redrive>()
            .Where(row => row.Id != redrive.Id && row.FinishedAt == null && row.Status == WorkStatus.Running)
            .Where(row => row.ClaimedUntil > now)
            .Select(row => row.Id)
            .ToListAsync(cancellationToken);
        List<string> chosen = [];
        (DateTimeOffset OrderedBy, string Id)? last = null;
        while (true)
        {
            var query = Remaining(db, redrive);
            if (last is { } after)
                query = query.Where(row =>
                    row.OrderedBy > after.OrderedBy
                    || (row.OrderedBy == after.OrderedBy && string.Compare(row.Id, after.Id) > 0)
                );
            var window = await query
                .OrderBy(row => row.OrderedBy)
                .ThenBy(row => row.Id)
                .Take(Window)
                .Select(row => new
                {
                    row.Id,
                    row.RideId,
                    row.OrderedBy,
                })
                .ToListAsync(cancellationToken);
            var ahead =
                others.Count == 0
                    ? []
                    : await Oldest(db, others, window.ConvertAll(row => row.RideId), cancellationToken);
            foreach (var row in window.TakeWhile(_ => chosen.Count < max))
            {
                var waits =
                    row.RideId is { } ride
                    && (!busy.Add(ride) || ahead.GetValueOrDefault(ride, row.OrderedBy) < row.OrderedBy);
                if (!waits && !pending.Contains(row.Id))
                    chosen.Add(row.Id);
            }
            if (chosen.Count == max || window.Count < Window)
                break;
            last = (window[^1].OrderedBy, window[^1].Id);
        }
        var rows = await db.Set<StoredMessage>()
            .AsNoTracking()
            .Where(row => chosen.Contains(row.Id))
            .ToListAsync(cancellationToken);
        return [.. rows.OrderBy(row => chosen.IndexOf(row.Id))];
    }

    /// <summary>Returns the time of the oldest message of each ride that other redrives have not sent yet.</summary>
    static Task<Dictionary<Guid, DateTimeOffset>> Oldest(
        AppDbContext db,
        List<Guid> redrives,
        List<Guid?> rides,
        CancellationToken cancellationToken
    ) =>
        db.Set<StoredMessage>()
            .Where(row => row.Status == StoredMessage.Redriving && redrives.Contains(row.RedriveId!.Value))
            .Where(row => row.RideId != null && rides.Contains(row.RideId))
            .GroupBy(row => row.RideId!.Value)
            .Select(ride => new { ride.Key, Oldest = ride.Min(row => row.OrderedBy) })
            .ToDictionaryAsync(ride => ride.Key, ride => ride.Oldest, cancellationToken);

    /// <summary>Adds to each message what is known of its outcome before it is sent.</summary>
    async Task<List<(StoredMessage, string)>> WithOutcomes(
        AppDbContext db,
        List<StoredMessage> rows,
        CancellationToken cancellationToken
    )
    {
        List<(StoredMessage, string)> messages = [];
        var ids = rows.Select(row => Guid.TryParse(row.MessageId, out var id) ? id : Guid.Empty).ToHashSet();
        var known = rows.Count == 0 ? null : await handled.Of(db, ids, cancellationToken);
        foreach (var row in rows)
        {
            var endpoint = FailedMessage.EndpointOf(row.Queue);
            messages.Add(
                (
                    row,
                    !Guid.TryParse(row.MessageId, out var id) || !handled.Knows(endpoint) ? Outcomes.Untracked
                    : known!.ContainsKey((id, endpoint)) ? Outcomes.Deduplicated
                    : Outcomes.Pending
                )
            );
        }
        return messages;
    }

    /// <summary>Pauses a redrive whose canary failed. When it is resumed, it continues without a canary.</summary>
    static async Task<Step> Halt(
        AppDbContext db,
        Redrive redrive,
        RedriveOutcomes outcomes,
        CancellationToken cancellationToken
    )
    {
        var error =
            $"The canary failed: of the first {redrive.Sent} messages {outcomes.FailedAgain} failed again and {outcomes.Unknown} gave no sign. Resume to send the rest, or cancel.";
        await Claimed(db, redrive)
            .Where(row => row.Status == WorkStatus.Running)
            .ExecuteUpdateAsync(
                set =>
                    set.SetProperty(row => row.Status, WorkStatus.Paused)
                        .SetProperty(row => row.Canary, false)
                        .SetProperty(row => row.Error, error),
                cancellationToken
            );
        return new(WorkStatus.Paused, [], IsLast: false, error);
    }

    static IQueryable<StoredMessage> Remaining(AppDbContext db, Redrive redrive) =>
        db.Set<StoredMessage>().Where(row => row.RedriveId == redrive.Id && row.Status == StoredMessage.Redriving);

    /// <summary>
    /// Records the messages that are handled or safe with the broker, and those that it refused, and prolongs the claim.
    /// </summary>
    /// <remarks>It cannot be cancelled: a host that stops would leave what it has sent to be sent again.</remarks>
    /// <returns>Whether this process still has the claim.</returns>
    async Task<bool> Record(
        Redrive redrive,
        Dictionary<string, Sending> pending,
        List<(string Id, string Reason)> refused
    )
    {
        var safe = pending.Where(message => message.Value.Safe.IsCompleted).ToList();
        var now = clock.GetUtcNow();
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        await using var transaction = await db.Database.BeginTransactionAsync();
        var recorded = 0;
        var sent = Entry(HistoryEntry.Redriven, redrive.Reason);
        foreach (var same in safe.GroupBy(message => message.Value.Outcome, message => message.Key))
        {
            var (ids, outcome) = (same.ToList(), same.Key);
            recorded += await Remaining(db, redrive)
                .Where(row => ids.Contains(row.Id))
                .ExecuteUpdateAsync(set =>
                    set.SetProperty(row => row.Status, StoredMessage.Redriven)
                        .SetProperty(row => row.StatusAt, now)
                        // It may have failed again already.
                        .SetProperty(row => row.Outcome, row => row.Outcome ?? outcome)
                        .SetProperty(row => row.History, row => row.History + sent)
                );
        }
        foreach (var (id, reason) in refused)
        {
            var line = Entry(HistoryEntry.Refused, reason);
            await Remaining(db, redrive)
                .Where(row => row.Id == id)
                .ExecuteUpdateAsync(set =>
                    set.SetProperty(row => row.Status, StoredMessage.Failed)
                        .SetProperty(row => row.StatusAt, now)
                        .SetProperty(row => row.History, row => row.History + line)
                );
        }
        if (recorded > 0)
            await db.Set<Redrive>()
                .Where(row => row.Id == redrive.Id)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.Sent, row => row.Sent + recorded));
        var until = now + s_claim;
        var mine = await Claimed(db, redrive)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.ClaimedUntil, until));
        await transaction.CommitAsync();
        redrive.ClaimedUntil = until;
        redrive.Sent += recorded;
        foreach (var (id, _) in safe)
            pending.Remove(id);
        return mine == 1;

        string Entry(string action, string reason) =>
            new HistoryEntry(action, now, redrive.RequestedBy, reason, redrive.Id).Line();
    }

    /// <summary>Returns the redrive if this process still has the claim.</summary>
    static IQueryable<Redrive> Claimed(AppDbContext db, Redrive redrive) =>
        db.Set<Redrive>().Where(row => row.Id == redrive.Id && row.ClaimedUntil == redrive.ClaimedUntil);

    /// <summary>
    /// Ends the work on a redrive: it is completed, failed, cancelled or paused. Unless it is paused, messages that were not sent
    /// are failed messages again.
    /// </summary>
    async Task End(Redrive redrive, string status, string? error, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (status == WorkStatus.Paused)
            await Claimed(db, redrive)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.ClaimedUntil, now), cancellationToken);
        else
        {
            await Remaining(db, redrive)
                .ExecuteUpdateAsync(
                    set =>
                        set.SetProperty(row => row.Status, StoredMessage.Failed).SetProperty(row => row.StatusAt, now),
                    cancellationToken
                );
            // A command that came meanwhile finds an ended redrive.
            var end = status == WorkStatus.Running ? WorkStatus.Completed : status;
            var ended = await Claimed(db, redrive)
                .ExecuteUpdateAsync(
                    set =>
                        set.SetProperty(row => row.Status, row => row.Status == WorkStatus.Cancelled ? row.Status : end)
                            .SetProperty(row => row.Error, error)
                            .SetProperty(row => row.FinishedAt, now),
                    cancellationToken
                );
            // Another process has claimed it meanwhile, and ends it.
            if (ended == 0)
                return;
        }
        await transaction.CommitAsync(cancellationToken);
        logger.LogInformation(
            "Redrive {RedriveId} by {By} of {Selected} messages: {Status}",
            redrive.Id,
            redrive.RequestedBy,
            redrive.Selected,
            status == WorkStatus.Running ? WorkStatus.Completed : status
        );
    }

    /// <summary>A message that was sent.</summary>
    /// <param name="Safe">Completes when the message would survive the death of this process.</param>
    /// <param name="Outcome">Its outcome as far as it is known.</param>
    readonly record struct Sending(Task Safe, string Outcome);

    /// <summary>What to do next.</summary>
    /// <param name="Status">The redrive's status.</param>
    /// <param name="Messages">The messages to send, with what is known of their outcomes.</param>
    /// <param name="IsLast">Whether all messages have been sent.</param>
    /// <param name="Error">Why it does not continue.</param>
    sealed record Step(
        string Status,
        List<(StoredMessage Message, string Outcome)> Messages,
        bool IsLast,
        string? Error = null
    );
}
