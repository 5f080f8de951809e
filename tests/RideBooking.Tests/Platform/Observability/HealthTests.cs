using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RideBooking.Platform.Persistence;
using RideBooking.Tests.Platform.Http;

namespace RideBooking.Tests.Platform.Observability;

public sealed class HealthTests : IAsyncLifetime
{
    readonly string file = Path.Combine(Path.GetTempPath(), $"health-{Guid.NewGuid():N}.db");
    HealthStatus broker = HealthStatus.Healthy;
    HttpApp app = null!;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllBytesAsync(file, [], TestContext.Current.CancellationToken);
        app = await HttpApp.Start(
            _ => { },
            configure: builder =>
            {
                builder.Services.AddPersistence(builder.Configuration);
                builder
                    .Services.AddHealthChecks()
                    .AddCheck("broker", () => new HealthCheckResult(broker, "secret address"));
            },
            settings: ("ConnectionStrings:RideBooking", $"Data Source={file}")
        );
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        File.Delete(file);
    }

    Task<HttpResponseMessage> Get(string path) => app.Client.GetAsync(path, TestContext.Current.CancellationToken);

    [Fact]
    public async Task Ready_names_each_check_and_its_state()
    {
        var answer = await Get("/health/ready");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldBe(
            """{"status":"healthy","checks":[{"name":"broker","state":"healthy"},{"name":"database","state":"healthy"}]}"""
        );
    }

    [Fact]
    public async Task An_unavailable_database_makes_it_unready()
    {
        File.Delete(file);
        var answer = await Get("/health/ready");
        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain(
            """{"name":"database","state":"unhealthy","reason":"cannot be reached"}"""
        );
    }

    [Fact]
    public async Task An_unavailable_dependency_makes_it_unready_but_not_dead()
    {
        broker = HealthStatus.Unhealthy;
        var ready = await Get("/health/ready");
        ready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        var text = await ready.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        text.ShouldContain("""{"name":"broker","state":"unhealthy","reason":"does not answer"}""");
        text.ShouldNotContain("secret");
        (await Get("/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
