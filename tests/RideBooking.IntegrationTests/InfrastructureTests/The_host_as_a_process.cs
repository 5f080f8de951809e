using System.Net;
using RideBooking.IntegrationTests.Infrastructure;

namespace RideBooking.IntegrationTests.InfrastructureTests;

public sealed class The_host_as_a_process
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    static readonly Dictionary<string, string> Embedded = new() { ["ASPNETCORE_ENVIRONMENT"] = "Development" };

    [Fact]
    public async Task Starts_on_its_defaults_and_stops_in_good_order_when_asked()
    {
        await using var host = await HostProcess.StartAsync(Embedded);
        using var alive = await host.Client.GetAsync("/health/live", Stop);
        alive.StatusCode.ShouldBe(HttpStatusCode.OK);

        (await host.StopAsync()).ShouldBe(0, host.Output);
    }

    [Fact]
    public async Task Is_gone_at_once_when_killed()
    {
        await using var host = await HostProcess.StartAsync(Embedded);
        await host.KillAsync();
        host.HasExited.ShouldBeTrue();
        await Should.ThrowAsync<HttpRequestException>(() => host.Client.GetAsync("/health/live", Stop));
    }

    [Fact]
    public async Task Says_what_is_wrong_when_it_cannot_start()
    {
        Dictionary<string, string> wrong = new(Embedded) { ["Transport__Kind"] = "Pigeon" };
        var failure = await Should.ThrowAsync<InvalidOperationException>(() => HostProcess.StartAsync(wrong));
        failure.Message.ShouldContain("Transport:Kind");
    }
}
