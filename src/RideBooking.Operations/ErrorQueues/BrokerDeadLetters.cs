using System.Globalization;
using System.Text;
using MassTransit;
using RabbitMQ.Client;

namespace RideBooking.Operations.ErrorQueues;

/// <summary>
/// A message that RabbitMQ itself moved to the error queue, because no delivery of it was ever answered. Nobody was left to
/// write down why, so it is explained by what the broker noted.
/// </summary>
internal static class BrokerDeadLetters
{
    const string Deaths = "x-death";
    const string Deliveries = "x-delivery-count";

    /// <summary>Whether a header is the broker's account of it.</summary>
    public static bool Tells(string header) =>
        header.Equals(Deliveries, StringComparison.OrdinalIgnoreCase)
        || header.Equals(Deaths, StringComparison.OrdinalIgnoreCase)
        || header.StartsWith("x-first-death-", StringComparison.OrdinalIgnoreCase)
        || header.StartsWith("x-last-death-", StringComparison.OrdinalIgnoreCase);

    /// <summary>Says when and why, where no consumer could.</summary>
    public static void Explain(IReadOnlyBasicProperties properties, Dictionary<string, string?> headers)
    {
        if (
            headers.ContainsKey(MessageHeaders.FaultTimestamp)
            || properties.Headers is not { } noted
            || !noted.TryGetValue(Deaths, out var account)
            || account is not IList<object?> deaths
            || deaths.OfType<IDictionary<string, object?>>().FirstOrDefault() is not { } death
        )
            return;
        headers.Remove(Deaths);
        var reason =
            death.TryGetValue("reason", out var said) && said is byte[] text ? Encoding.UTF8.GetString(text) : "";
        headers[MessageHeaders.FaultExceptionType] = $"RabbitMQ: {reason}";
        headers[MessageHeaders.FaultMessage] =
            reason == "delivery_limit"
                ? "No delivery of it was ever answered: whoever consumes it dies of it, or loses the connection."
                : $"The broker moved it here: {reason}.";
        if (death.TryGetValue("time", out var at) && at is AmqpTimestamp time)
            headers[MessageHeaders.FaultTimestamp] = DateTimeOffset
                .FromUnixTimeSeconds(time.UnixTime)
                .ToString("O", CultureInfo.InvariantCulture);
    }
}
