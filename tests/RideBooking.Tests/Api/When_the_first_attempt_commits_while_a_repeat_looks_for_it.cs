using System.Data.Common;
using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Http.Idempotency;
using RideBooking.Platform.Persistence;

namespace RideBooking.Tests.Api;

/// <summary>
/// The answer to a request was lost, and its transaction commits only after the repeat has looked for its ride, as with a
/// database that did not answer for a while.
/// </summary>
public sealed class When_the_first_attempt_commits_while_a_repeat_looks_for_it(HostThatHidesARide host)
    : IClassFixture<HostThatHidesARide>
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_repeat_gets_the_ride_of_the_first_attempt_and_is_not_refused_because_of_it()
    {
        var rider = await new City(host.CreateClient).Rider();
        var first = (await rider.TryRequest(City.Alexanderplatz, City.Zoo, idempotencyKey: "lost")).ShouldBe(
            HttpStatusCode.Created
        );
        await host.LoseTheAnswer(Stop);
        host.HideOnce();

        var repeat = (await rider.TryRequest(City.Alexanderplatz, City.Zoo, idempotencyKey: "lost")).ShouldBe(
            HttpStatusCode.Created
        );

        host.HasHidden.ShouldBeTrue();
        repeat.Text("id").ShouldBe(first.Text("id"));
    }
}

/// <summary>The embedded default, whose database can hide a ride from the next query by its id.</summary>
public sealed class HostThatHidesARide : HostInProcess
{
    readonly string _folder = Directory.CreateTempSubdirectory("ridebooking-hiding-").FullName;
    readonly Hiding _hiding = new();

    public bool HasHidden => _hiding.HasHidden;

    public void HideOnce() => _hiding.IsArmed = true;

    /// <summary>Deletes the stored answer, as if the claim's holder had died before it stored it.</summary>
    public async Task LoseTheAnswer(CancellationToken cancellationToken)
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
