using RideBooking.TestKit.Api;
using RideBooking.TestKit.Scenarios;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Operations;

/// <summary>Runs the operators' scenarios on the in-memory transport.</summary>
public sealed class When_operators_work_on_the_embedded_default(EmbeddedHost host)
    : OperatorScenarios,
        IClassFixture<EmbeddedHost>
{
    protected override City City => host.City;

    protected override Task Put(string queue, byte[] body, string? messageId) =>
        host.Services.Put(queue, body, messageId);
}
