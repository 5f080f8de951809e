using RideBooking.TestKit.Api;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.FaultInjection.Faults;

/// <summary>One of two hosts dies and leaves timers: the other one's scheduler fires each of them once.</summary>
sealed class SchedulerNodeDies : Fault<ServersScene>
{
    const int Waiting = 5;

    public override string Name => "death of a scheduler node";

    protected override async Task Strike(ServersScene scene, Rush rush, Random random)
    {
        var settings = new Dictionary<string, string>(scene.Settings) { ["Matching__SearchDeadline"] = "00:00:04" };
        // These requests are not part of the fault, so none is refused.
        settings.Remove("Limits__RequestTimeout");
        var ids = new List<string>();
        await using (var other = await HostProcess.StartAsync(settings))
        {
            var city = new City(() => new HttpClient { BaseAddress = other.Address });
            for (var i = 0; i < Waiting; i++)
                // A place in the sea, far from all drivers.
                ids.Add(await (await city.Rider()).Request(City.Place(0, -30), City.Place(0.1, -30)));
            await SomeTime(random, 5000);
            await other.KillAsync();
        }
        await WaitFor.TrueAsync(
            "the searches of the dead host to end",
            async () =>
                await scene.Database.Count(
                    $"SELECT count(*) FROM {{rides.rides}} WHERE status = 'NoDriverFound' AND id IN ({string.Join(',', ids.Select(id => $"'{id}'"))})"
                ) == Waiting,
            WaitFor.Limit,
            () => scene.Host.Output
        );
    }
}
