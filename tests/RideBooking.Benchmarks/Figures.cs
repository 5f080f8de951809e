using System.Runtime.InteropServices;

namespace RideBooking.Benchmarks;

/// <summary>What one run found out.</summary>
sealed record Figures(
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
    Limits Limits,
    IReadOnlyList<string> Breaches
)
{
    /// <summary>Messages received a second, as a share of what broker and bus carry to a consumer that does nothing.</summary>
    public double ShareOfMessages => RidesPerSecond * PerRide.MessagesReceived / Limits.MessagesPerSecond;

    /// <summary>Transactions that wrote, as a share of the rows that the database alone commits, each in one of its own.</summary>
    public double? ShareOfCommits =>
        RidesPerSecond * (PerRide.ServerTransactions ?? PerRide.Transactions) / Limits.CommitsPerSecond;
}

/// <summary>What is in use when so many rides of the load are done, in MB.</summary>
/// <param name="Rides">None: before the first. More than all: when what followed the last was done as well.</param>
/// <param name="HostHeap">Of the host, what is alive on the managed heap: all garbage is collected first.</param>
/// <param name="Processes">By process, without what they share.</param>
sealed record MemoryUse(int Rides, double HostHeap, IReadOnlyDictionary<string, double> Processes)
{
    public double Host => Processes.GetValueOrDefault("host");
}

/// <summary>Milliseconds.</summary>
sealed record Latency(double P50, double P95, double P99, double Max)
{
    public static Latency Of(IEnumerable<TimeSpan> times)
    {
        var sorted = times.Select(time => time.TotalMilliseconds).Order().ToArray();
        return sorted.Length == 0 ? new(0, 0, 0, 0) : new(At(0.50), At(0.95), At(0.99), sorted[^1]);

        // The nearest rank: a time that was really measured.
        double At(double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
    }
}

/// <summary>What a ride of the load cost, everything that follows from it included.</summary>
/// <param name="MessagesSent">To the transport.</param>
/// <param name="MessagesReceived">From the transport: each message once per queue.</param>
/// <param name="MessagesFailed">Of these.</param>
/// <param name="Transactions">Committed by EF Core; the scheduler's own are not among them.</param>
/// <param name="Rollbacks">Rolled back.</param>
/// <param name="RoundTrips">SQL commands through EF Core.</param>
/// <param name="ServerTransactions">That wrote, by the database server's own count, the scheduler's included; PostgreSQL only.</param>
/// <param name="ServerSyncs">Of the server's write-ahead log; PostgreSQL only.</param>
/// <param name="ProcessorMilliseconds">By process; <c>driver</c> is the load driver itself.</param>
/// <param name="Details">How often each SQL statement ran, and each queue's messages.</param>
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

/// <summary>Where it ran.</summary>
/// <param name="Processor">Its name.</param>
/// <param name="Cores">How many.</param>
/// <param name="System">The operating system.</param>
/// <param name="Runtime">Of the host and the driver.</param>
/// <param name="SyncedWriteMilliseconds">The median of writing a page to the disk and syncing it: what a lone commit costs at least.</param>
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
