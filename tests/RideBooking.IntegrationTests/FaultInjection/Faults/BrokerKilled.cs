namespace RideBooking.IntegrationTests.FaultInjection.Faults;

/// <summary>The broker is killed, as by a power cut, and restarted.</summary>
sealed class BrokerKilled : Fault<ServersScene>
{
    public override string Name => "kill -9 of the broker";

    protected override async Task Strike(ServersScene scene, Rush rush, Random random)
    {
        await SomeTime(random, 2000);
        await scene.Servers.Kill(scene.Servers.RabbitMq);
        await scene.Servers.Start(scene.Servers.RabbitMq);
    }
}
