using System.Data.Common;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Http.Idempotency;
using RideBooking.Platform.Persistence;

namespace RideBooking.Tests.Api;

/// <summary>
/// The embedded default, which can lose the answers it has stored, and hide a ride from the next query by its id.
/// </summary>
public sealed class ForgetfulHost : HostInProcess
{
    readonly string _folder = Directory.CreateTempSubdirectory("ridebooking-hiding-").FullName;
    readonly Hiding _hiding = new();

    public bool HasHidden => _hiding.HasHidden;

    public void HideOnce() => _hiding.IsArmed = true;

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

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Development");
        builder.UseSetting("ConnectionStrings:RideBooking", $"Data Source={Path.Combine(_folder, "ridebooking.db")}");
        builder.ConfigureServices(services =>
            services.ConfigureDbContext<SqliteAppDbContext>(db =>
                db.AddInterceptors(new SqliteSynchronousOff(), _hiding)
            )
        );
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    sealed class Hiding : DbCommandInterceptor
    {
        public volatile bool IsArmed;
        public volatile bool HasHidden;

        public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
            DbCommand command,
            CommandEventData eventData,
            InterceptionResult<DbDataReader> result,
            CancellationToken cancellationToken = default
        )
        {
            if (IsArmed && command.CommandText.Contains("FROM \"rides_rides\"", StringComparison.Ordinal))
            {
                (IsArmed, HasHidden) = (false, true);
                command.CommandText = $"SELECT * FROM ({command.CommandText}) WHERE 0 = 1";
            }
            return ValueTask.FromResult(result);
        }
    }
}
