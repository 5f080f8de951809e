using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace RideBooking.Platform.Http.Idempotency;

/// <summary>
/// The claims of requests that this process carries out just now. Their leases are short, so that nobody waits long for a
/// process that died; of requests that take longer than most they are renewed, all of them with one statement.
/// </summary>
internal sealed partial class ClaimLeases(
    IdempotencyStore store,
    IdempotencySettings settings,
    TimeProvider clock,
    ILogger<ClaimLeases> log
) : BackgroundService
{
    readonly ConcurrentDictionary<Guid, Lease> _held = [];

    /// <summary>Keeps a new claim until the result is disposed.</summary>
    public Lease Hold(Claim.Granted claim) => _held[claim.Owner] = new Lease(this, claim);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(settings.RenewEvery, clock);
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

    /// <summary>Renews the leases of whatever has been carried out for a while.</summary>
    internal async Task Renew(CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        var lasting = _held.Values.Where(lease => lease.Since <= now - settings.RenewEvery).ToList();
        if (lasting.Count == 0)
            return;
        try
        {
            await store.Renew(lasting.ConvertAll(lease => lease.Claim), now, stop);
            lasting.ForEach(lease => lease.LastsFrom(now));
        }
        catch (Exception exception) when (!stop.IsCancellationRequested)
        {
            LogNotRenewed(log, exception, lasting.Count);
        }
    }

    [LoggerMessage(
        LogLevel.Warning,
        "Could not renew the leases of {Count} requests with an Idempotency-Key; they are given up should that go on"
    )]
    static partial void LogNotRenewed(ILogger log, Exception exception, int count);

    /// <summary>The lease of one claim.</summary>
    internal sealed class Lease : IDisposable
    {
        readonly ClaimLeases _leases;
        readonly CancellationTokenSource _end;
        readonly Lock _lock = new();
        bool _returned;

        public Lease(ClaimLeases leases, Claim.Granted claim)
        {
            (_leases, Claim, Since) = (leases, claim, leases.Clock.GetUtcNow());
            _end = new CancellationTokenSource(leases.Settings.Lease - leases.Settings.LeaseMargin, leases.Clock);
            Ended = _end.Token;
        }

        public Claim.Granted Claim { get; }

        public DateTimeOffset Since { get; }

        /// <summary>Cancelled when the lease is about to end because it could not be renewed.</summary>
        public CancellationToken Ended { get; }

        public void LastsFrom(DateTimeOffset renewed)
        {
            var left = renewed + _leases.Settings.Lease - _leases.Settings.LeaseMargin - _leases.Clock.GetUtcNow();
            lock (_lock)
                if (!_returned && left > TimeSpan.Zero)
                    _end.CancelAfter(left);
        }

        public void Dispose()
        {
            _leases._held.TryRemove(Claim.Owner, out _);
            lock (_lock)
                _returned = true;
            _end.Dispose();
        }
    }

    TimeProvider Clock => clock;

    IdempotencySettings Settings => settings;
}
