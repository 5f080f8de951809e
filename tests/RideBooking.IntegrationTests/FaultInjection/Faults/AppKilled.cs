namespace RideBooking.IntegrationTests.FaultInjection.Faults;

/// <summary>
/// The application is killed at random instants: for example before or after a commit, after a publish, or before an
/// acknowledgement.
/// </summary>
sealed class AppKilled : Fault<ServersScene>
{
    public override string Name => "kill -9 of the app";

    protected override async Task Strike(ServersScene scene, Rush rush, Random random)
    {
        for (var kills = Times(random, 2); kills > 0; kills--)
        {
            await SomeTime(random, 2000);
            await scene.KillHost();
            await scene.StartHost();
        }
    }
}
