using RideBooking.TestKit.Api;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.FaultInjection.Faults;

/// <summary>The broker dies under load and loses its data directory. An operator runs <c>recover</c>.</summary>
sealed class BrokerDataLost : Fault<ServersScene>
{
    public override string Name => "the broker's data wiped, then recover";

    protected override async Task Strike(ServersScene scene, Rush rush, Random random)
    {
        Assert.SkipUnless(scene.Servers.RabbitMq.CanReset, "The broker is not private to the tests.");
        await SomeTime(random, 3000);
        await scene.Servers.RabbitMq.ResetAsync();
        await scene.Host.ReadyAsync();
        var (exitCode, output) = await HostProcess.RunToEndAsync(scene.Settings, "recover");
        exitCode.ShouldBe(0, output);
        output.ShouldContain("Recovered: ");
        (
            await scene.Database.Count(
                "SELECT count(*) FROM {operations.operator_actions} WHERE action = 'recover-messages' AND reason LIKE '%published again%'"
            )
        ).ShouldBeGreaterThan(0);

        // A message that came before its cause was published again may have used up its redeliveries meanwhile.
        var operations = await rush.Operator();
        await WaitFor.TrueAsync(
            "each ride to be paid, by redrives where they are needed",
            async () =>
            {
                await operations.RedriveAll();
                return await rush.AllArePaid();
            },
            WaitFor.Limit,
            () => scene.Host.Output
        );
    }
}
