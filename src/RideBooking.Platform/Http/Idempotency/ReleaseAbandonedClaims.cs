using Microsoft.Extensions.Hosting;

namespace RideBooking.Platform.Http.Idempotency;

/// <summary>
/// Before a process that is the only one listens: what its predecessor was asked for and did not answer may be asked for again
/// at once, and not when the dead one's lease is over.
/// </summary>
internal sealed class ReleaseAbandonedClaims(IdempotencyStore store) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => store.ReleaseAbandoned(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
