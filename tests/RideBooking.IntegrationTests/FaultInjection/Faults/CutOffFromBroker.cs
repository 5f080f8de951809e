namespace RideBooking.IntegrationTests.FaultInjection.Faults;

/// <summary>The connection between the application and the broker is cut several times.</summary>
sealed class CutOffFromBroker : Fault<ServersScene>
{
    public override string Name => "app and broker cut off";

    protected override async Task Strike(ServersScene scene, Rush rush, Random random)
    {
        for (var cuts = Times(random, 3); cuts > 0; cuts--)
        {
            await SomeTime(random, 1500);
            scene.ToBroker.Cut();
            await SomeTime(random, 1500);
            scene.ToBroker.Restore();
        }
    }
}
