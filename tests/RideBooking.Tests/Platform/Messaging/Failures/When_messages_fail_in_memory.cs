using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Messaging;
using RideBooking.TestKit.Messaging;

namespace RideBooking.Tests.Platform.Messaging.Failures;

/// <summary>The scenarios of failing messages on SQLite and the in-memory transport.</summary>
public sealed class When_messages_fail_in_memory : FaultScenarios
{
    [Fact]
    public async Task A_shutdown_waits_for_none_of_those_that_failed()
    {
        await using var lab = await FaultLab.Start();
        lab.Watch("troubled_error");
        await lab.PutRaw("troubled", "not json"u8.ToArray());
        await lab.DeadLetterIn("troubled_error");

        // Without cancellation it would have no limit.
        await lab
            .Services.GetRequiredService<InMemoryDrain>()
            .StopAsync(CancellationToken.None)
            .WaitAsync(WaitFor.Limit, TestContext.Current.CancellationToken);
    }
}
