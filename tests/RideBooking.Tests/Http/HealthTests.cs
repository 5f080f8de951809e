using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RideBooking.Platform.Http;

namespace RideBooking.Tests.Http;

public sealed class HealthTests : IAsyncLifetime
{
    HealthStatus broker = HealthStatus.Healthy;
    HttpApp app = null!;

    public async ValueTask InitializeAsync() =>
        app = await HttpApp.Start(
            _ => { },
            configure: builder =>
                builder
                    .Services.AddHealthChecks()
                    .AddCheck("database", () => HealthCheckResult.Healthy())
                    .AddCheck("broker", () => new HealthCheckResult(broker, "secret address"))
        );

    public ValueTask DisposeAsync() => app.DisposeAsync();

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
    public async Task A_dependency_that_is_away_makes_it_unready_but_not_dead()
    {
        broker = HealthStatus.Unhealthy;
        var ready = await Get("/health/ready");
        ready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        var text = await ready.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        text.ShouldContain("""{"name":"broker","state":"unhealthy"}""");
        text.ShouldNotContain("secret");
        (await Get("/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
