namespace RideBooking.Demo.Watching;

/// <summary>The values on the screen at one moment. A value that is unavailable is null, never an old one.</summary>
/// <param name="Rides">Rides by state, in the order of a ride's life.</param>
/// <param name="EventsPerSecond">The events in each of the last seconds, newest last.</param>
/// <param name="Lag">The 95th percentile, in seconds, of the time between sending a message and starting its consumer.</param>
/// <param name="SlowestEndpoint">The endpoint with the oldest messages.</param>
/// <param name="Waiting">Messages that wait in queues; known on RabbitMQ only.</param>
/// <param name="Outbox">Messages that the broker has not accepted yet.</param>
/// <param name="Timers">Timers and redeliveries that are not due yet.</param>
/// <param name="Happened">How often each type of event happened since the demo started.</param>
/// <param name="Taken">The amounts captured since then, as text with their currency.</param>
/// <param name="Latest">The latest events, newest first.</param>
/// <param name="ErrorQueues">The error and skipped queues that are not empty.</param>
/// <param name="Unhealthy">The unhealthy parts, each with the reason.</param>
internal sealed record Metrics(
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
    IReadOnlyList<string> Unhealthy
)
{
    /// <summary>Events per second, averaged over the last ten seconds.</summary>
    public double Rate => EventsPerSecond.TakeLast(10).DefaultIfEmpty().Average();

    /// <summary>How often events of these types happened.</summary>
    public int Count(params string[] types) => types.Sum(type => Happened.GetValueOrDefault(type));

    /// <summary>Messages in error and skipped queues; null if unknown.</summary>
    public int? Failed => ErrorQueues?.Sum(queue => queue.Count);
}

/// <summary>An event, in words.</summary>
internal sealed record Observation(DateTimeOffset At, string Type, string Text);

/// <summary>An error or skipped queue that holds messages.</summary>
/// <param name="Name">The queue.</param>
/// <param name="Count">The number of messages.</param>
/// <param name="OldestSeconds">How long the oldest message has been in the queue.</param>
/// <param name="Why">The message of the most frequent exception.</param>
internal sealed record ErrorQueue(string Name, int Count, double? OldestSeconds, string? Why);
