using Microsoft.Extensions.Hosting;

namespace RideBooking.Platform.Http.Idempotency;

/// <summary>Releases the claims of a dead predecessor before a process that is the only one starts to listen.</summary>
/// <remarks>Requests that the predecessor did not answer can be retried at once, and not only when its leases end.</remarks>
internal sealed class ReleaseAbandonedClaims(IdempotencyStore store) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => store.ReleaseAbandoned(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
