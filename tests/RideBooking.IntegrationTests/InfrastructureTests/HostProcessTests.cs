using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.InfrastructureTests;

public sealed class HostProcessTests
{
    [Fact]
    public async Task Reports_the_cause_when_it_cannot_start()
    {
        Dictionary<string, string> wrong = new()
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["Transport__Kind"] = "Pigeon",
        };
        var failure = await Should.ThrowAsync<InvalidOperationException>(() => HostProcess.StartAsync(wrong));
        failure.Message.ShouldContain("Transport:Kind");
    }
}
