namespace RideBooking.IntegrationTests.Faults.Suite.Faults;

/// <summary>
/// The wire between the application and the database is cut, more than once: also in the middle of a commit, whose outcome
/// nobody then knows.
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
            scene.ToDatabase.Mend();
        }
    }
}
