using Microsoft.Extensions.Configuration;
using RideBooking.Platform.Configuration;
using RideBooking.Platform.Messaging;

namespace RideBooking.Platform.Events;

/// <summary>Whether and how the event log is also published to a RabbitMQ stream queue.</summary>
/// <param name="Queue"><c>EventLog:Stream</c>: the queue's name; null when the log is not published.</param>
/// <param name="MaxAge">
/// <c>EventLog:StreamMaxAge</c>: how long the queue keeps events at least; none to keep them whatever their age.
/// </param>
/// <param name="MaxBytes"><c>EventLog:StreamMaxBytes</c>: how large the queue may become; 0 for no limit.</param>
internal sealed record EventStreamOptions(string? Queue, TimeSpan MaxAge, long MaxBytes)
{
    const string Key = "EventLog:Stream";

    /// <summary>Reads and checks the settings. Throws <see cref="ConfigurationException"/>.</summary>
    public static EventStreamOptions Read(IConfiguration configuration, TransportKind transport)
    {
        var queue = configuration[Key];
        if (string.IsNullOrWhiteSpace(queue))
            queue = null;
        else if (transport != TransportKind.RabbitMq)
            throw new ConfigurationException(
                $"{Key} names a stream queue on RabbitMQ, and needs Transport:Kind=RabbitMq."
            );
        return new EventStreamOptions(
            queue,
            configuration.SpanOrNone("EventLog:StreamMaxAge", TimeSpan.FromDays(7)),
            (long)configuration.Number("EventLog:StreamMaxBytes", defaultValue: 0, min: 0, max: long.MaxValue)
        );
    }

    /// <summary>The arguments that the queue is declared with.</summary>
    public IDictionary<string, object?> Arguments
    {
        get
        {
            var arguments = new Dictionary<string, object?> { ["x-queue-type"] = "stream" };
            if (MaxAge > TimeSpan.Zero)
                arguments["x-max-age"] = $"{(long)Math.Ceiling(MaxAge.TotalSeconds)}s";
            if (MaxBytes > 0)
                arguments["x-max-length-bytes"] = MaxBytes;
            return arguments;
        }
    }
}
