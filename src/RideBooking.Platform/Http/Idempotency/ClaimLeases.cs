using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace RideBooking.Platform.Http.Idempotency;

/// <summary>Holds the claims of the requests that are in flight in this process, and renews their leases.</summary>
/// <remarks>
/// Leases are short, so that a retry does not wait long for a process that died. The leases of requests that take longer are
/// all renewed with one statement.
/// </remarks>
internal sealed partial class ClaimLeases(
    IdempotencyStore store,
    IdempotencyOptions options,
    TimeProvider clock,
    ILogger<ClaimLeases> logger
) : BackgroundService
{
    readonly ConcurrentDictionary<Guid, Lease> _held = [];

    /// <summary>Holds a new claim until the result is disposed.</summary>
    public Lease Hold(Claim.Granted claim) => new(_held, claim, options.Lease - options.LeaseMargin, clock);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.RenewEvery, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await Renew(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process stops, after the last request.
        }
    }

    /// <summary>Renews the leases of requests that have been in flight for a while.</summary>
    internal async Task Renew(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var longRunning = _held.Values.Where(lease => lease.Claim.Since <= now - options.RenewEvery).ToList();
        if (longRunning.Count == 0)
            return;
        try
        {
            await store.Renew(longRunning.ConvertAll(lease => lease.Claim), now, cancellationToken);
            longRunning.ForEach(lease => lease.Extend(now));
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotRenewed(exception, longRunning.Count);
        }
    }

    [LoggerMessage(
        LogLevel.Warning,
        "Could not renew the leases of {Count} requests with an Idempotency-Key; these requests are cancelled if their leases run out"
    )]
    partial void LogNotRenewed(Exception exception, int count);

    /// <summary>The lease of one claim, while it is held.</summary>
    internal sealed class Lease : IDisposable
    {
        readonly ConcurrentDictionary<Guid, Lease> _held;
        readonly TimeSpan _lasts;
        readonly TimeProvider _clock;
        readonly CancellationTokenSource _end;
        readonly Lock _lock = new();
        bool _returned;

        public Lease(ConcurrentDictionary<Guid, Lease> held, Claim.Granted claim, TimeSpan lasts, TimeProvider clock)
        {
            (_held, Claim, _lasts, _clock) = (held, claim, lasts, clock);
            // The lease began before the claim was written, which may have taken a while.
            var left = Left(claim.Since);
            _end = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, clock);
            Ended = _end.Token;
            held[claim.Owner] = this;
        }

        public Claim.Granted Claim { get; }

        /// <summary>Cancelled shortly before the lease ends, if it could not be renewed.</summary>
        public CancellationToken Ended { get; }

        public void Extend(DateTimeOffset renewed)
        {
            var left = Left(renewed);
            lock (_lock)
                if (!_returned && left > TimeSpan.Zero)
                    _end.CancelAfter(left);
        }

        public void Dispose()
        {
            _held.TryRemove(Claim.Owner, out _);
            lock (_lock)
                _returned = true;
            _end.Dispose();
        }

        TimeSpan Left(DateTimeOffset from) => from + _lasts - _clock.GetUtcNow();
    }
}
