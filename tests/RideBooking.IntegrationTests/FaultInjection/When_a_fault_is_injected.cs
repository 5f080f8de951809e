using System.Diagnostics;
using System.Globalization;
using System.Text;
using RideBooking.IntegrationTests.FaultInjection.Faults;

namespace RideBooking.IntegrationTests.FaultInjection;

/// <summary>
/// Injects the faults that the messaging guarantees cover into real processes and servers while rides are in progress. A
/// seed chooses the instants. The default run is short: docs/developing.md has the command for a long one.
/// </summary>
public sealed class When_a_fault_is_injected(FaultStage stage) : IClassFixture<FaultStage>
{
    static readonly IFault[] s_faults =
    [
        new AppKilledEmbedded(),
        new AppKilled(),
        new BrokerKilled(),
        new BrokerRestarted(),
        new BrokerDataLost(),
        BrokerAlarm.OfMemory,
        BrokerAlarm.OfDisk,
        new SlowConsumer(),
        new DatabaseRestarted(),
        new CutOffFromBroker(),
        new CutOffFromDatabase(),
        new DatabaseHangs(),
        new QueueConfirmsNothing(),
        new EveryDeliveryTwice(),
        new DuplicateAWeekLater(),
        new ConcurrentAccepts(),
        new AcceptAgainstCancel(),
        new SchedulerNodeDies(),
        new ClocksApart(),
        new PoisonPayload(),
        new DeadlyMessage(),
    ];

    static readonly string s_named = Environment.GetEnvironmentVariable("RIDEBOOKING_FAULT") ?? "";

    public static TheoryData<string> Names =>
        [
            .. s_faults
                .Where(fault => !fault.OnLongRuns || s_named.Length > 0 || FaultStage.Runs > 1)
                .Select(fault => fault.Name)
                .Where(name => name.Contains(s_named, StringComparison.OrdinalIgnoreCase)),
        ];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task It_breaks_no_promise(string fault)
    {
        var violations = await stage.Run(s_faults.Single(known => known.Name == fault));
        violations.ShouldBeEmpty($"seed {stage.Seed}");
    }
}

/// <summary>The scenes in which the faults strike, and their results.</summary>
public sealed class FaultStage : IAsyncLifetime
{
    /// <summary>The number of strikes per fault: <c>RIDEBOOKING_FAULT_RUNS</c>.</summary>
    public static int Runs { get; } = Setting("RIDEBOOKING_FAULT_RUNS", 1);

    static readonly int s_rides = Setting("RIDEBOOKING_FAULT_RIDES", 8);
    const int RidesPerDriver = 2;

    readonly ServersToStop _servers = new();
    readonly List<string> _table = [];
    Scene? _embedded;
    Scene? _onServers;

    /// <summary>Repeats the instants: <c>RIDEBOOKING_FAULT_SEED</c>.</summary>
    public int Seed { get; } = Setting("RIDEBOOKING_FAULT_SEED", Random.Shared.Next());

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    internal async Task<IReadOnlyList<string>> Run(IFault fault)
    {
        var (rides, violations) = (0, new List<string>());
        for (var run = 0; run < Runs; run++)
        {
            var random = new Random(HashCode(fault.Name, run));
            var clock = Stopwatch.StartNew();
            void Report(string what) =>
                System.Console.Error.WriteLine(
                    $"{clock.Elapsed.TotalSeconds, 5:0.0} s {fault.Name}, run {run + 1}: {what}"
                );
            Scene scene = fault.IsEmbedded
                ? _embedded ??= new EmbeddedScene()
                : _onServers ??= await ServersScene.Create(await Servers());
            var (accepted, found) = await Run(fault, scene, random, Report);
            rides += accepted;
            violations.AddRange(found.Select(violation => $"run {run + 1}: {violation}"));
        }
        _table.Add($"| {fault.Name} | {Runs} | {rides} | {violations.Count} |");
        return violations;
    }

    async Task<(int Rides, IReadOnlyList<string> Violations)> Run(
        IFault fault,
        Scene scene,
        Random random,
        Action<string> report
    )
    {
        var isSound = false;
        try
        {
            await scene.Ready();
            await fault.Prepare(scene, random);
            using var rush = new Rush(s_rides, Math.Max(2, s_rides / RidesPerDriver), scene.Host.Address);
            report("ready");
            await rush.Begin();
            report("begun");
            await fault.Strike(scene, rush, random);
            report("struck");
            await rush.Ended(scene.Unfinished);
            report("ended");
            await fault.After(scene, rush, random);
            var found = await new Invariants(scene, fault.LeavesFailed).Violations(rush.Accepted);
            report($"{found.Count} violations");
            isSound = found.Count == 0 && fault.LeavesFailed == 0;
            return (rush.Accepted.Count, found);
        }
        finally
        {
            // The next fault does not use a scene that is broken or full of failed messages.
            if (!isSound)
                await End(scene);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_embedded is not null)
            await End(_embedded);
        if (_onServers is not null)
            await End(_onServers);
        if (_serversRun)
            await _servers.DisposeAsync();
        var table = new StringBuilder()
            .AppendLine(CultureInfo.InvariantCulture, $"Faults, seed {Seed}:")
            .AppendLine("| fault | runs | rides | violations |")
            .AppendLine("|---|---|---|---|");
        foreach (var row in _table)
            table.AppendLine(row);
        System.Console.WriteLine(table);
    }

    bool _serversRun;

    async Task<ServersToStop> Servers()
    {
        if (!_serversRun)
            await _servers.InitializeAsync();
        _serversRun = true;
        return _servers;
    }

    async Task End(Scene scene)
    {
        if (scene == _embedded)
            _embedded = null;
        else
            _onServers = null;
        await scene.DisposeAsync();
    }

    // Stable across processes, unlike string.GetHashCode.
    int HashCode(string name, int run) =>
        name.Aggregate(unchecked(Seed * 31 + run), (hash, c) => unchecked(hash * 31 + c));

    static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value)
            ? value
            : otherwise;
}
