using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.FaultInjection.Faults;

/// <summary>
/// The clock of one of two hosts jumps by an hour, ahead or back, while both handle rides. The timers are longer than that:
/// a shorter one would fire early, which ends a search or an offer and breaks no guarantee.
/// </summary>
/// <remarks>The process's clock is shifted by libfaketime (Debian's package faketime), not the machine's.</remarks>
sealed class ClocksApart : Fault<ServersScene>
{
    static readonly Dictionary<string, string> s_longTimers = new()
    {
        ["Matching__SearchDeadline"] = "04:00:00",
        ["Matching__OfferTimeout"] = "03:00:00",
        ["Matching__MaxPositionAge"] = "04:00:00",
    };

    public override string Name => "clocks an hour apart";

    public override bool OnLongRuns => true;

    // Both hosts must agree on the timers. All requests go to the host whose clock does not change.
    protected override Task Prepare(ServersScene scene, Random random) => RestartWith(scene, s_longTimers);

    protected override async Task Strike(ServersScene scene, Rush rush, Random random)
    {
        var folder = Directory.CreateTempSubdirectory("ridebooking-clock-");
        var clock = Path.Combine(folder.FullName, "clock");
        await File.WriteAllTextAsync(clock, "+0");
        var settings = new Dictionary<string, string>(scene.Settings)
        {
            ["LD_PRELOAD"] = Library(),
            ["FAKETIME_TIMESTAMP_FILE"] = clock,
            ["FAKETIME_CACHE_DURATION"] = "1", // seconds until it reads the file again
            ["DONT_FAKE_MONOTONIC"] = "1",
        };
        await using (var other = await HostProcess.StartAsync(settings))
        {
            await rush.RequestAnother();
            await SomeTime(random, 3000);
            await File.WriteAllTextAsync(clock, random.Next(2) == 0 ? "+1h" : "-1h");
            await SomeTime(random, 3000);
            for (var more = 0; more < 4; more++)
                await rush.RequestAnother();
            await rush.Paid(evidence: () => other.Output);
            await other.StopAsync();
        }
        folder.Delete(recursive: true);
    }

    protected override Task After(ServersScene scene, Rush rush, Random random) =>
        RestartWith(scene, s_longTimers.Keys.ToDictionary(name => name, name => Scene.Timers[name]));

    static async Task RestartWith(Scene scene, Dictionary<string, string> timers)
    {
        foreach (var (name, value) in timers)
            scene.Settings[name] = value;
        await scene.KillHost();
        await scene.StartHost();
    }

    static string Library() =>
        Directory
            .EnumerateDirectories("/usr/lib")
            .Select(folder => Path.Combine(folder, "faketime", "libfaketimeMT.so.1"))
            .FirstOrDefault(File.Exists)
        ?? throw new ServerUnavailableException("libfaketime is not installed: apt-get install faketime");
}
