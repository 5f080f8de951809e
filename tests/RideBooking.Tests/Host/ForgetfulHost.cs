using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Http.Idempotency;
using RideBooking.Platform.Persistence;
using RideBooking.TestKit.Persistence;

namespace RideBooking.Tests.Host;

/// <summary>
/// The embedded default, which can lose the answers it has stored, and hide rows from the next query.
/// </summary>
public sealed class ForgetfulHost : HostInProcess
{
    internal HiddenRows Hidden { get; } = new();

    /// <summary>Simulates that each request's process died before it stored the answer.</summary>
    public async Task LoseAnswers(CancellationToken cancellationToken)
    {
        await using var scope = Services.CreateAsyncScope();
        await scope
            .ServiceProvider.GetRequiredService<AppDbContext>()
            .Set<IdempotencyKey>()
            .ExecuteUpdateAsync(
                key =>
                    key.SetProperty(k => k.Status, (int?)null)
                        .SetProperty(k => k.Body, (byte[]?)null)
                        .SetProperty(k => k.LeaseUntil, k => k.CreatedAt),
                cancellationToken
            );
    }

    protected override void Configure(IServiceCollection services) =>
        services.ConfigureDbContext<SqliteAppDbContext>(db => db.AddInterceptors(Hidden));
}
