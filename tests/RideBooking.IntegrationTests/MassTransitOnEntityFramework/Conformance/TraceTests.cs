using System.Diagnostics;
using MassTransit;
using RideBooking.TestKit.Observability;

namespace RideBooking.MassTransitOnEntityFramework;

/// <summary>A trace continues through the outbox.</summary>
public sealed class TraceTests
{
    public static TheoryData<string> Databases => ConformanceServers.Databases;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Databases))]
    public async Task Continues_when_the_sweeper_sends_what_a_dead_process_left_behind(string provider)
    {
        using var spans = new Spans();
        using var source = new ActivitySource("RideBooking");
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var dead = await Bench.BuildAsync(servers);
        using (source.StartActivity("request", ActivityKind.Server, ActivityContext.Parse(spans.TraceParent, null)))
            await dead.Request(
                async (publish, office) =>
                {
                    await publish.Publish(new LetterFiled(Guid.CreateVersion7()), Stop);
                    await office.SaveChangesAsync(Stop);
                }
            );

        await using var next = await Bench.StartAsync(servers, new() { Now = dead.Clock.GetUtcNow().AddMinutes(1) });
        await spans.Have("mailbox process");

        spans
            .WayTo("mailbox process")
            // The in-memory transport names the exchange by a URN.
            .Select(name => name.Replace("urn:message:", "", StringComparison.Ordinal))
            .ShouldBe([
                "request",
                "outbox send",
                "outbox process",
                "RideBooking.MassTransitOnEntityFramework:LetterFiled send",
                "mailbox receive",
                "mailbox process",
            ]);
    }
}
