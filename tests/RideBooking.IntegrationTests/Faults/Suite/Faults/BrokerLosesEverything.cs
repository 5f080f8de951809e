using RideBooking.IntegrationTests.Infrastructure;

namespace RideBooking.IntegrationTests.Faults.Suite.Faults;

/// <summary>The broker dies and its data directory with it, in mid-load. An operator runs <c>recover</c>.</summary>
sealed class BrokerLosesEverything : Fault<ServersScene>
{
    public override string Name => "the broker's data wiped, then recover";

    protected override async Task Strike(ServersScene scene, Rush rush, Random random)
    {
        Assert.SkipUnless(scene.Servers.RabbitMq.CanLoseEverything, "The broker is not ours to wipe.");
        await SomeTime(random, 3000);
        await scene.Servers.RabbitMq.LoseEverythingAsync();
        await scene.Host.ReadyAsync();
        var (exitCode, output) = await HostProcess.RunToEndAsync(scene.Settings, "recover");
        exitCode.ShouldBe(0, output);
        output.ShouldContain("Recovered: ");
        (
            await scene.Database.Count(
                "SELECT count(*) FROM {operations.audit} WHERE action = 'recover' AND reason LIKE '%published again%'"
            )
        ).ShouldBeGreaterThan(0);
    }
}
