namespace RideBooking.IntegrationTests.Faults.Suite.Faults;

/// <summary>The broker is restarted in good order.</summary>
sealed class BrokerRestarted : Fault<ServersScene>
{
    public override string Name => "restart of the broker";

    // Its sudden death, which does the same and more, strikes always.
    public override bool OnLongRuns => true;

    protected override async Task Strike(ServersScene scene, Rush rush, Random random)
    {
        await SomeTime(random, 2000);
        await scene.Servers.Stop(scene.Servers.RabbitMq);
        await scene.Servers.Start(scene.Servers.RabbitMq);
    }
}
