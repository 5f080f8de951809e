using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Messaging.Failures;

/// <summary>Tracks whether the database is available, from the outcome of message handling.</summary>
/// <remarks>While the database is unavailable, one message per second is tried and the others wait.</remarks>
internal sealed partial class DatabaseWatch(IServiceScopeFactory scopes, ILogger<DatabaseWatch> logger)
{
    static readonly TimeSpan s_betweenAttempts = TimeSpan.FromSeconds(1);
    static readonly TimeSpan s_answersWithin = TimeSpan.FromSeconds(5);

    readonly Lock _lock = new();
    TaskCompletionSource? _availableAgain;
    DateTimeOffset _triedAt;

    /// <summary>
    /// Whether a message may be handled now. While the database is unavailable, the admitted message tests it.
    /// </summary>
    public bool MayTry()
    {
        if (Volatile.Read(ref _availableAgain) is null)
            return true;
        lock (_lock)
        {
            var now = TimeProvider.System.GetUtcNow();
            if (_availableAgain is not null && now - _triedAt < s_betweenAttempts)
                return false;
            _triedAt = now;
            return true;
        }
    }

    /// <summary>Completes when the database is available again, or at the latest after this time.</summary>
    public Task WaitUntilAvailable(TimeSpan limit, CancellationToken cancellationToken) =>
        Volatile.Read(ref _availableAgain) is { } availableAgain
            ? Task.WhenAny(
                availableAgain.Task,
                Task.Delay(limit < s_betweenAttempts ? limit : s_betweenAttempts, cancellationToken)
            )
            : Task.CompletedTask;

    /// <summary>Checks over a new connection whether the database responds at all.</summary>
    public async Task<bool> Responds(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _availableAgain) is not null)
            return false;
        await using var scope = scopes.CreateAsyncScope();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_answersWithin);
        try
        {
            return await scope.ServiceProvider.GetRequiredService<AppDbContext>().Database.CanConnectAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Records that a message was handled.</summary>
    public void Available()
    {
        if (Volatile.Read(ref _availableAgain) is null)
            return;
        TaskCompletionSource? availableAgain;
        lock (_lock)
            (availableAgain, _availableAgain) = (_availableAgain, null);
        if (availableAgain is null)
            return;
        LogAvailable();
        availableAgain.SetResult();
    }

    /// <summary>Records that a message could not be handled because the database is unavailable.</summary>
    public void Unavailable(Exception reason)
    {
        lock (_lock)
        {
            _triedAt = TimeProvider.System.GetUtcNow();
            if (_availableAgain is not null)
                return;
            _availableAgain = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        LogUnavailable(reason.GetBaseException().Message);
    }

    [LoggerMessage(
        LogLevel.Warning,
        "The database is unavailable ({Reason}); messages stay in their queues until it is available again"
    )]
    partial void LogUnavailable(string reason);

    [LoggerMessage(LogLevel.Information, "The database is available again; messages are handled")]
    partial void LogAvailable();
}
