using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using RideBooking.Platform.Configuration;

namespace RideBooking.Platform.Messaging;

/// <summary>The transports RideBooking runs on.</summary>
public enum TransportKind
{
    /// <summary>The embedded default: the in-memory transport.</summary>
    InMemory,

    /// <summary>RabbitMQ, 3.10 or later.</summary>
    RabbitMq,
}

/// <summary>What keeps the timers of state machines and consumers until they are due.</summary>
public enum TimerStore
{
    /// <summary>The outbox, in the transaction of the change that sets or cancels the timer.</summary>
    Outbox,

    /// <summary>Quartz, which sets and cancels it by messages. Quartz keeps redeliveries in any case.</summary>
    Quartz,
}

/// <summary>The transport, its address, and how failed messages are retried.</summary>
/// <param name="Kind">From <c>Transport:Kind</c>.</param>
/// <param name="Broker">From <c>ConnectionStrings:RabbitMq</c>; null for the in-memory transport.</param>
/// <param name="Retry">From <c>Messaging:Retry</c>: pauses between attempts in memory, a few seconds at most.</param>
/// <param name="Redelivery">From <c>Messaging:Redelivery</c>: pauses between scheduled redeliveries after that.</param>
/// <param name="Timers">From <c>Messaging:Timers</c>.</param>
/// <param name="TimersAtOnce">
/// From <c>Messaging:TimersAtOnce</c>: the maximum of timers and redeliveries that Quartz sends at once from one host.
/// </param>
/// <param name="TimersPerSecond">From <c>Messaging:TimersPerSecond</c>: the maximum per second, of the outbox and of Quartz each.</param>
/// <param name="Partitions">
/// From <c>Messaging:Partitions</c>: the number of queues among which an endpoint's messages are divided by ride, each
/// consumed by one host at a time; 0 for one queue that all hosts consume together.
/// </param>
public sealed record TransportOptions(
    TransportKind Kind,
    Uri? Broker,
    IReadOnlyList<TimeSpan> Retry,
    IReadOnlyList<TimeSpan> Redelivery,
    TimerStore Timers,
    int TimersAtOnce,
    int TimersPerSecond,
    int Partitions
)
{
    static readonly TimeSpan[] s_retry =
    [
        TimeSpan.FromMilliseconds(20),
        TimeSpan.FromMilliseconds(100),
        TimeSpan.FromMilliseconds(400),
        TimeSpan.FromSeconds(1),
    ];

    static readonly TimeSpan[] s_redelivery =
    [
        TimeSpan.FromSeconds(10),
        TimeSpan.FromMinutes(1),
        TimeSpan.FromMinutes(10),
    ];

    /// <summary>Returns the configured transport. Throws <see cref="ConfigurationException"/>.</summary>
    public static TransportKind KindIn(IConfiguration configuration) =>
        configuration.Choice("Transport:Kind", TransportKind.InMemory);

    /// <summary>Reads and checks the settings. Throws <see cref="ConfigurationException"/>.</summary>
    public static TransportOptions Read(IConfiguration configuration, IHostEnvironment environment)
    {
        var kind = KindIn(configuration);
        return new TransportOptions(
            kind,
            kind == TransportKind.RabbitMq ? ReadBroker(configuration, environment) : null,
            configuration.Spans("Messaging:Retry", s_retry),
            configuration.Spans("Messaging:Redelivery", s_redelivery),
            configuration.Choice("Messaging:Timers", TimerStore.Outbox),
            (int)configuration.Number("Messaging:TimersAtOnce", defaultValue: 10, min: 1, max: 100),
            (int)configuration.Number("Messaging:TimersPerSecond", defaultValue: 200, min: 1, max: 100_000),
            ReadPartitions(configuration, kind)
        );
    }

    static int ReadPartitions(IConfiguration configuration, TransportKind kind)
    {
        const string key = "Messaging:Partitions";
        var partitions = (int)configuration.Number(key, defaultValue: 0, min: 0, max: 64);
        return partitions == 0 || kind == TransportKind.RabbitMq
            ? partitions
            : throw new ConfigurationException(
                $"{key} divides queues among hosts, and needs Transport:Kind=RabbitMq: on the in-memory transport there is one host."
            );
    }

    static Uri ReadBroker(IConfiguration configuration, IHostEnvironment environment)
    {
        const string key = "ConnectionStrings:RabbitMq";
        if (string.IsNullOrWhiteSpace(configuration[key]) && environment.IsDevelopment())
            return new Uri("amqp://guest:guest@localhost:5672/");
        var text = configuration.Required(key, "it says where RabbitMQ is, such as amqps://user:password@host/vhost.");
        return Uri.TryCreate(text, UriKind.Absolute, out var broker) && broker.Scheme is "amqp" or "amqps"
            ? broker
            : throw new ConfigurationException($"{key} must be an amqp:// or amqps:// URI.");
    }
}
