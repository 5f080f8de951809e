namespace RideBooking.IntegrationTests.FaultInjection.Faults;

/// <summary>The broker is restarted gracefully.</summary>
sealed class BrokerRestarted : Fault<ServersScene>
{
    public override string Name => "restart of the broker";

    // The kill, which does the same and more, is part of every run.
    public override bool OnLongRuns => true;

    protected override async Task Strike(ServersScene scene, Rush rush, Random random)
    {
        await SomeTime(random, 2000);
        await scene.Servers.Stop(scene.Servers.RabbitMq);
        await scene.Servers.Start(scene.Servers.RabbitMq);
    }
}
