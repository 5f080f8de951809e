using System.Runtime.InteropServices;

namespace RideBooking.Benchmarks;

/// <summary>The result of one run.</summary>
sealed record BenchmarkResult(
    Settings Settings,
    Machine Machine,
    Latency OneAtATime,
    Latency RequestAnsweredOneAtATime,
    double Seconds,
    double RidesPerSecond,
    Latency UnderLoad,
    Latency RequestAnsweredUnderLoad,
    double SettledAfterSeconds,
    IReadOnlyList<MemoryUse> Memory,
    PerRide PerRide,
    LagAtHalfLoad? Lag,
    Limits Limits,
    IReadOnlyList<string> Breaches
)
{
    /// <summary>Messages received per second, as a share of those that broker and bus deliver to a consumer without work.</summary>
    public double ShareOfMessages => RidesPerSecond * PerRide.MessagesReceived / Limits.MessagesPerSecond;

    /// <summary>Write transactions, as a share of the single-row transactions that the idle database commits.</summary>
    public double? ShareOfCommits =>
        RidesPerSecond * (PerRide.ServerTransactions ?? PerRide.Transactions) / Limits.CommitsPerSecond;
}

/// <summary>The memory in use after a number of rides of the load, in MB.</summary>
/// <param name="Rides">The number of rides; 0 before the first, and more than all once the system has settled after the last.</param>
/// <param name="HostHeap">The host's managed heap after a full garbage collection.</param>
/// <param name="Processes">The private memory of each process.</param>
sealed record MemoryUse(int Rides, double HostHeap, IReadOnlyDictionary<string, double> Processes)
{
    public double Host => Processes.GetValueOrDefault("host");
}

/// <summary>Percentiles of a latency in milliseconds.</summary>
sealed record Latency(double P50, double P95, double P99, double Max)
{
    public static Latency Of(IEnumerable<TimeSpan> times)
    {
        var sorted = times.Select(time => time.TotalMilliseconds).Order().ToArray();
        return sorted.Length == 0 ? new(0, 0, 0, 0) : new(At(0.50), At(0.95), At(0.99), sorted[^1]);

        // The nearest rank, which is a measured time.
        double At(double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
    }
}

/// <summary>The cost of a ride of the load, including everything that follows from it.</summary>
/// <param name="MessagesSent">Messages sent to the transport.</param>
/// <param name="MessagesReceived">Messages received from the transport, each once per queue.</param>
/// <param name="MessagesFailed">Received messages that failed.</param>
/// <param name="Transactions">Transactions committed by EF Core, without those of the scheduler.</param>
/// <param name="Rollbacks">Transactions rolled back.</param>
/// <param name="RoundTrips">SQL commands through EF Core.</param>
/// <param name="ServerTransactions">Write transactions counted by the server, including the scheduler's; PostgreSQL only.</param>
/// <param name="ServerSyncs">Syncs of the server's write-ahead log; PostgreSQL only.</param>
/// <param name="ProcessorMilliseconds">Processor time by process; <c>driver</c> is the load driver itself.</param>
/// <param name="Details">Executions of each SQL statement, and messages of each queue.</param>
sealed record PerRide(
    double MessagesSent,
    double MessagesReceived,
    double MessagesFailed,
    double Transactions,
    double Rollbacks,
    double RoundTrips,
    double? ServerTransactions,
    double? ServerSyncs,
    IReadOnlyDictionary<string, double> ProcessorMilliseconds,
    IReadOnlyDictionary<string, double> Details
);

/// <summary>The machine of the run.</summary>
/// <param name="Processor">The processor's name.</param>
/// <param name="Cores">The number of cores.</param>
/// <param name="System">The operating system.</param>
/// <param name="Runtime">The runtime of the host and the load driver.</param>
/// <param name="SyncedWriteMilliseconds">The median time to write and sync a page: the minimum cost of a single commit.</param>
sealed record Machine(string Processor, int Cores, string System, string Runtime, double SyncedWriteMilliseconds)
{
    public static Machine This(TimeSpan syncedWrite) =>
        new(
            ProcessorName(),
            Environment.ProcessorCount,
            RuntimeInformation.OSDescription,
            RuntimeInformation.FrameworkDescription,
            syncedWrite.TotalMilliseconds
        );

    static string ProcessorName() =>
        File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo")
                .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
                ?.Split(':', 2)[1]
                .Trim()
                ?? $"{RuntimeInformation.ProcessArchitecture}"
            : $"{RuntimeInformation.ProcessArchitecture}";
}
