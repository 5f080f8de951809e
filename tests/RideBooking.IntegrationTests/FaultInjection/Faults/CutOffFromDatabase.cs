namespace RideBooking.IntegrationTests.FaultInjection.Faults;

/// <summary>
/// The connection between the application and the database is cut several times, also in the middle of a commit, whose
/// outcome is then unknown.
/// </summary>
sealed class CutOffFromDatabase : Fault<ServersScene>
{
    public override string Name => "app and database cut off";

    protected override async Task Strike(ServersScene scene, Rush rush, Random random)
    {
        for (var cuts = random.Next(2, 6); cuts > 0; cuts--)
        {
            await SomeTime(random, 1000);
            scene.ToDatabase.Cut();
            await SomeTime(random, 500);
            scene.ToDatabase.Restore();
        }
    }
}
