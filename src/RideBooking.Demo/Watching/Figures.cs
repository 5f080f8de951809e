namespace RideBooking.Demo.Watching;

/// <summary>What the screen shows, at one moment. What could not be had is null, never what was true before.</summary>
/// <param name="Rides">Rides by state, in the order of a ride's life.</param>
/// <param name="EventsPerSecond">Each of the last seconds, the newest last.</param>
/// <param name="Lag">Seconds: 95 of 100 messages began no later than this after they were sent.</param>
/// <param name="SlowestEndpoint">Where they are oldest.</param>
/// <param name="Waiting">Messages that wait in queues; only RabbitMQ tells.</param>
/// <param name="Outbox">Messages that the broker has not taken yet.</param>
/// <param name="Timers">Timers and redeliveries that wait for their time.</param>
/// <param name="Happened">How often each kind of event happened since the demo began.</param>
/// <param name="Taken">What was captured since then, as text with its currency.</param>
/// <param name="Latest">The last events, the newest first.</param>
/// <param name="ErrorQueues">Those that are not empty.</param>
/// <param name="Ill">The parts that are not healthy, each with the reason.</param>
internal sealed record Figures(
    IReadOnlyList<(string State, double? Count)> Rides,
    IReadOnlyList<int> EventsPerSecond,
    double? Lag,
    string? SlowestEndpoint,
    double? Waiting,
    double? Outbox,
    double? Timers,
    IReadOnlyDictionary<string, int> Happened,
    string Taken,
    IReadOnlyList<Observation> Latest,
    IReadOnlyList<ErrorQueue>? ErrorQueues,
    IReadOnlyList<string> Ill
)
{
    /// <summary>Events a second, over the last ten.</summary>
    public double Rate => EventsPerSecond.TakeLast(10).DefaultIfEmpty().Average();

    /// <summary>How often events of these kinds happened.</summary>
    public int Count(params string[] types) => types.Sum(type => Happened.GetValueOrDefault(type));

    /// <summary>Messages in error and skipped queues; null where nobody can say.</summary>
    public int? Failed => ErrorQueues?.Sum(queue => queue.Count);
}

/// <summary>An event, in words.</summary>
internal sealed record Observation(DateTimeOffset At, string Type, string Text);

/// <summary>An error or skipped queue with messages in it.</summary>
/// <param name="Name">The queue.</param>
/// <param name="Count">How many.</param>
/// <param name="OldestSeconds">How long the oldest has been in it.</param>
/// <param name="Why">What was thrown most often.</param>
internal sealed record ErrorQueue(string Name, int Count, double? OldestSeconds, string? Why);
