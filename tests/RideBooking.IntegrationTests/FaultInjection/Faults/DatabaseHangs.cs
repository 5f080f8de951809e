namespace RideBooking.IntegrationTests.FaultInjection.Faults;

/// <summary>
/// The database stops answering for a while, with every connection open, as with a full disk or a router that dropped them.
/// Requests are refused at their timeout; commits may have happened, or may happen later.
/// </summary>
sealed class DatabaseHangs : Fault<ServersScene>
{
    public override string Name => "a database that does not answer";

    protected override async Task Strike(ServersScene scene, Rush rush, Random random)
    {
        for (var times = Times(random, 3); times > 0; times--)
        {
            await SomeTime(random, 1000);
            var refused = rush.Refused;
            scene.ToDatabase.Hold();
            try
            {
                await WaitFor.TrueAsync(
                    "a request to be refused while the database hangs",
                    () => Task.FromResult(rush.Refused > refused),
                    WaitFor.Limit,
                    () => scene.Host.Output
                );
                await SomeTime(random, 1000);
            }
            finally
            {
                scene.ToDatabase.Restore();
            }
        }
    }
}
