using RideBooking.Cli;

namespace RideBooking.Tests.Cli.Backlogs;

/// <summary>An operator uses <c>ridebooking backlog</c> on a running host.</summary>
public sealed class BacklogCommandTests(ListeningHost host) : IClassFixture<ListeningHost>
{
    [Fact]
    public async Task Shows_what_waits_and_the_rides_by_state()
    {
        string[] lines = [];
        // The host polls the values after its start.
        await WaitFor.TrueAsync(
            "all values are known",
            async () =>
            {
                var shown = (await host.Run("backlog")).ShouldEnd(ExitCode.Done);
                lines = [.. shown.Lines];
                return !shown.Out.Contains("unknown")
                    && shown.Out.Contains("subscription ride-facts")
                    && shown.Out.Contains("completed");
            }
        );

        lines.ShouldContain(line => line.StartsWith("outbox\t"));
        lines.ShouldContain(line => line.StartsWith("timers overdue\t0\t"));
        lines.ShouldContain("inProgress\t0\t0");
    }
}
