using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Messaging;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Messaging;

public sealed class EndpointPoliciesTests(EmbeddedHost host) : IClassFixture<EmbeddedHost>
{
    [Theory]
    [InlineData("ride-in-process", true)]
    [InlineData("payment-in-process", true)]
    [InlineData("ride", false)]
    [InlineData("undeclared-in-process", false)]
    public void Are_those_of_the_registrations_whatever_the_names(string endpoint, bool isInProcess) =>
        host.Services.GetRequiredService<EndpointPolicies>().For(endpoint).IsInProcess.ShouldBe(isInProcess);
}
