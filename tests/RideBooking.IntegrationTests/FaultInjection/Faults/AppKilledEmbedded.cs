namespace RideBooking.IntegrationTests.FaultInjection.Faults;

/// <summary>The embedded application is killed at random instants and loses its queues each time. It must recover automatically.</summary>
sealed class AppKilledEmbedded : Fault<EmbeddedScene>
{
    public override string Name => "kill -9 of the app, embedded";

    protected override async Task Strike(EmbeddedScene scene, Rush rush, Random random)
    {
        for (var kills = Times(random, 3); kills > 0; kills--)
        {
            await SomeTime(random, 2000);
            await scene.KillHost();
            await scene.StartHost();
        }
    }
}
