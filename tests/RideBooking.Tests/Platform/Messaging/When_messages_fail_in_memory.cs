using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Messaging;

namespace RideBooking.Tests.Messaging;

/// <summary>In memory, on SQLite.</summary>
public sealed class When_messages_fail_in_memory : FaultCases
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task A_shutdown_waits_for_none_of_those_that_failed()
    {
        await using var lab = await FaultLab.Start();
        lab.Watch("troubled_error");
        await lab.PutRaw("troubled", "not json"u8.ToArray());
        await lab.DeadLetterIn("troubled_error");

        // It has no limit of its own where nothing cancels it.
        await lab
            .Services.GetRequiredService<InMemoryDrain>()
            .StopAsync(CancellationToken.None)
            .WaitAsync(s_patience, TestContext.Current.CancellationToken);
    }
}
