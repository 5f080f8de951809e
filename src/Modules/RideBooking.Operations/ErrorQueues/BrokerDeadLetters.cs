using System.Globalization;
using System.Text;
using MassTransit;
using RabbitMQ.Client;

namespace RideBooking.Operations.ErrorQueues;

/// <summary>
/// A message that RabbitMQ itself moved to the error queue, because no delivery of it was ever acknowledged.
/// </summary>
/// <remarks>
/// Every consumer died before it could record the reason, so the message is explained from the broker's own headers.
/// </remarks>
internal static class BrokerDeadLetters
{
    const string Deaths = "x-death";
    const string Deliveries = "x-delivery-count";

    /// <summary>Whether the broker wrote this header to record the dead-lettering.</summary>
    public static bool IsHeader(string header) =>
        header.Equals(Deliveries, StringComparison.OrdinalIgnoreCase)
        || header.Equals(Deaths, StringComparison.OrdinalIgnoreCase)
        || header.StartsWith("x-first-death-", StringComparison.OrdinalIgnoreCase)
        || header.StartsWith("x-last-death-", StringComparison.OrdinalIgnoreCase);

    /// <summary>Adds the time and the reason of the failure where no consumer could record them.</summary>
    public static void Explain(IReadOnlyBasicProperties properties, Dictionary<string, string?> headers)
    {
        if (
            headers.ContainsKey(MessageHeaders.FaultTimestamp)
            || properties.Headers is not { } found
            || !found.TryGetValue(Deaths, out var entries)
            || entries is not IList<object?> deaths
            || deaths.OfType<IDictionary<string, object?>>().FirstOrDefault() is not { } death
        )
            return;
        headers.Remove(Deaths);
        var reason =
            death.TryGetValue("reason", out var value) && value is byte[] text ? Encoding.UTF8.GetString(text) : "";
        headers[MessageHeaders.FaultExceptionType] = $"RabbitMQ: {reason}";
        headers[MessageHeaders.FaultMessage] =
            reason == "delivery_limit"
                ? "No delivery was ever acknowledged: the consumer crashes on this message, or loses its connection."
                : $"The broker moved the message here: {reason}.";
        if (death.TryGetValue("time", out var at) && at is AmqpTimestamp time)
            headers[MessageHeaders.FaultTimestamp] = Text(time);
    }

    /// <summary>Returns a timestamp as text; as a number if no clock can show it.</summary>
    /// <remarks>It counts seconds, but some producers write milliseconds.</remarks>
    public static string Text(AmqpTimestamp time) =>
        time.UnixTime >= DateTimeOffset.MinValue.ToUnixTimeSeconds()
        && time.UnixTime <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(time.UnixTime).ToString("O", CultureInfo.InvariantCulture)
            : time.UnixTime.ToString(CultureInfo.InvariantCulture);
}
