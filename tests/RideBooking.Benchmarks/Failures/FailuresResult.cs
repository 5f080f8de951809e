namespace RideBooking.Benchmarks.Failures;

/// <summary>The result of one run with failed messages.</summary>
sealed record FailuresResult(
    FailuresSettings Settings,
    Machine Machine,
    double RequestedPerSecond,
    IReadOnlyList<Round> AtPace,
    Round FullLoad,
    Fill Fill,
    IReadOnlyList<PageTime> Pages,
    IReadOnlyList<PageTime> ConsolePages,
    IReadOnlyList<ActionTime> Actions,
    IReadOnlyList<MemoryPeak> Memory,
    IReadOnlyList<string> Breaches
);

/// <summary>The same load of rides twice: alone, and beside failed messages.</summary>
sealed record Round(RidesPart Alone, RidesPart Beside, Ingest Ingest)
{
    /// <summary>Rides per second beside failures, as a share of those alone.</summary>
    public double RidesPerSecond => Beside.RidesPerSecond / Alone.RidesPerSecond;

    /// <summary>The median from request to capture beside failures, as a multiple of that alone.</summary>
    public double P50 => Beside.Captured.P50 / Alone.Captured.P50;

    /// <summary>The same of the slowest of a hundred.</summary>
    public double P99 => Beside.Captured.P99 / Alone.Captured.P99;
}

/// <summary>The rides of one part.</summary>
/// <param name="Rides">The number of rides.</param>
/// <param name="RidesPerSecond">Rides divided by the time from the first request to the last capture.</param>
/// <param name="Captured">From the request to the event that the ride is paid.</param>
/// <param name="Answered">From the request to its answer.</param>
/// <param name="Processor">Processor time per second by process, in milliseconds.</param>
sealed record RidesPart(
    int Rides,
    double RidesPerSecond,
    Latency Captured,
    Latency Answered,
    IReadOnlyDictionary<string, double> Processor
);

/// <summary>Failed messages on their way from an error queue to the store.</summary>
/// <param name="Published">The number of messages.</param>
/// <param name="PublishedPerSecond">How many of them were published per second.</param>
/// <param name="MaxDepth">The most messages that were in the queue, by a query every quarter of a second.</param>
/// <param name="LastDepth">How many were in the queue after the last was published.</param>
/// <param name="StoredAfterSeconds">From the last publish until all were in the store.</param>
sealed record Ingest(
    int Published,
    double PublishedPerSecond,
    long MaxDepth,
    long LastDepth,
    double StoredAfterSeconds
);

/// <summary>Many failed messages that come at once.</summary>
/// <param name="Published">The number of messages.</param>
/// <param name="PublishedPerSecond">How many of them were published per second.</param>
/// <param name="Seconds">From the first publish until all were in the store.</param>
/// <param name="AfterPublishing">How many were not in the store when the last was published.</param>
/// <param name="PerSecondAfterPublishing">How many of these came to the store per second.</param>
/// <param name="Processor">Processor time per message by process, in milliseconds.</param>
sealed record Fill(
    int Published,
    double PublishedPerSecond,
    double Seconds,
    long AfterPublishing,
    double PerSecondAfterPublishing,
    IReadOnlyDictionary<string, double> Processor
)
{
    public double PerSecond => Published / Seconds;
}

/// <summary>How long an operator waits for an answer, or for a page of the console.</summary>
/// <param name="Name">What is requested.</param>
/// <param name="Time">From sending the request until the answer has arrived.</param>
/// <param name="Bytes">The size of the answer, or of the page as the browser has it at last.</param>
sealed record PageTime(string Name, Latency Time, int Bytes);

/// <summary>How fast an operator's action was carried out.</summary>
/// <param name="Name">The action.</param>
/// <param name="Messages">The number of messages.</param>
/// <param name="AnsweredSeconds">Until the request was answered.</param>
/// <param name="SentSeconds">For a redrive: from the answer until all messages were sent.</param>
/// <param name="KnownSeconds">For a redrive: from the answer until all outcomes were known.</param>
/// <param name="Beside">The time of a <c>GET</c> of another message meanwhile.</param>
/// <param name="Processor">Processor time per message by process, in milliseconds.</param>
sealed record ActionTime(
    string Name,
    int Messages,
    double AnsweredSeconds,
    double? SentSeconds,
    double? KnownSeconds,
    Latency Beside,
    IReadOnlyDictionary<string, double> Processor
)
{
    /// <summary>Messages per second: until all outcomes are known, or until the request was answered.</summary>
    public double PerSecond => Messages / (KnownSeconds ?? AnsweredSeconds);

    /// <summary>For a redrive: messages sent per second.</summary>
    public double? SentPerSecond => Messages / SentSeconds;
}

/// <summary>The most memory that was in use during a part, in MB.</summary>
/// <param name="Part">The part of the run.</param>
/// <param name="HostHeap">The host's managed heap.</param>
/// <param name="Processes">The private memory of each process.</param>
sealed record MemoryPeak(string Part, double HostHeap, IReadOnlyDictionary<string, double> Processes)
{
    public double Host => Processes.GetValueOrDefault("host");
}
