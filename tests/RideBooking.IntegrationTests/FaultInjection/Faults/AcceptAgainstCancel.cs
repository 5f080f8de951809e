namespace RideBooking.IntegrationTests.FaultInjection.Faults;

/// <summary>Every other rider cancels at the instant at which the driver accepts.</summary>
sealed class AcceptAgainstCancel : Fault<ServersScene>
{
    public override string Name => "accept against cancel";

    protected override Task Strike(ServersScene scene, Rush rush, Random random) =>
        Task.WhenAll(rush.Riders.Where((_, number) => number % 2 == 0).Select(ride => Cancel(scene, rush, ride)));

    static async Task Cancel(ServersScene scene, Rush rush, (TestKit.Api.Rider Rider, Task<string> Ride) ride)
    {
        var id = await ride.Ride.WaitAsync(WaitFor.Limit);
        for (var looks = 0; looks < 100; looks++)
        {
            var open = await scene.Database.Query(
                $"SELECT offer_id FROM {{matching.offers}} WHERE ride_id = '{id}' AND status = 'Open'",
                row => Database.Text(row, 0)
            );
            if (open is [var offer])
            {
                await Task.WhenAll([
                    ride.Rider.Post($"rides/{id}/cancel"),
                    .. rush.Drivers.Select(driver => driver.Post($"offers/{offer}/accept")),
                ]);
                return;
            }
            await Task.Delay(20);
        }
        await ride.Rider.Post($"rides/{id}/cancel");
    }
}
