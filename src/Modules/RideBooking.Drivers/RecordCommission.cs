using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RideBooking.Platform.Persistence;

namespace RideBooking.Drivers;

/// <summary>Adds the configured shares to the history of commissions when the host starts, if they have changed.</summary>
internal sealed class RecordCommission(IServiceScopeFactory scopes, DriversOptions options, TimeProvider clock)
    : IHostedService
{
    // Changed shares become valid only when every host must have seen them, whatever its clock: if a fare from after that
    // instant were already recorded with the old shares, computing it again would give another amount.
    static readonly TimeSpan s_notice = TimeSpan.FromMinutes(1);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var newest = (await db.Commissions(cancellationToken)).LastOrDefault();
        if ((newest?.Share, newest?.CancellationShare) == (options.Share, options.CancellationShare))
            return;
        db.Add(
            new Commission
            {
                ValidFrom = clock.GetUtcNow() + s_notice,
                Share = options.Share,
                CancellationShare = options.CancellationShare,
            }
        );
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (DatabaseConflicts.IsDuplicateKey(exception))
        {
            // Another host has added it at the same instant.
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
