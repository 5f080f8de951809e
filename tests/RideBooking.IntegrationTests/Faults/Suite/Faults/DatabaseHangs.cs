using RideBooking.IntegrationTests.Infrastructure;

namespace RideBooking.IntegrationTests.Faults.Suite.Faults;

/// <summary>
/// The database answers nobody for a while, with every connection open, as behind a full disk or a router that forgot them. Whoever
/// asks is refused when his time is over, and does not wait for it; commits may have happened, or may happen later.
/// </summary>
sealed class DatabaseHangs : Fault<ServersScene>
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

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
                    "somebody to be refused while it hangs",
                    () => Task.FromResult(rush.Refused > refused),
                    s_patience,
                    () => scene.Host.Output
                );
                await SomeTime(random, 1000);
            }
            finally
            {
                scene.ToDatabase.Mend();
            }
        }
    }
}
