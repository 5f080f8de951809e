namespace RideBooking.IntegrationTests.FaultInjection.Faults;

/// <summary>The database is restarted during transactions.</summary>
sealed class DatabaseRestarted : Fault<ServersScene>
{
    public override string Name => "restart of the database";

    protected override async Task Strike(ServersScene scene, Rush rush, Random random)
    {
        await SomeTime(random, 2000);
        await scene.Servers.Stop(scene.Servers.Postgres);
        await SomeTime(random, 1000);
        await scene.Servers.Start(scene.Servers.Postgres);
    }
}
