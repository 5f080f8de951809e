using System.Globalization;
using MassTransit;

namespace RideBooking.Platform.Messaging;

/// <summary>
/// When a message should have been handled at the earliest: the time a timer was set for, the time a redelivery was planned
/// for, the time an operator sent it back, and else the time it was sent.
/// </summary>
public static class DueTime
{
    /// <summary>Says when a redelivery, or a message that an operator sends back, is due.</summary>
    public const string Header = "RideBooking-Due";

    /// <summary>A header's value for an instant.</summary>
    public static string Text(DateTimeOffset due) => due.ToString("O", CultureInfo.InvariantCulture);

    internal static DateTimeOffset? Of(ConsumeContext context) =>
        Read(context.ReceiveContext.TransportHeaders, Header)
        ?? Read(context.Headers, MessageHeaders.Quartz.Scheduled)
        ?? Read(context.ReceiveContext.TransportHeaders, MessageHeaders.Quartz.Scheduled)
        ?? (context.SentTime is { } sent ? new DateTimeOffset(DateTime.SpecifyKind(sent, DateTimeKind.Utc)) : null);

    static DateTimeOffset? Read(Headers headers, string name) =>
        headers.TryGetHeader(name, out var value)
            ? value switch
            {
                DateTimeOffset instant => instant,
                DateTime instant => new DateTimeOffset(instant.ToUniversalTime()),
                _ when DateTimeOffset.TryParse(
                        value?.ToString(),
                        CultureInfo.InvariantCulture,
                        DateTimeStyles.AssumeUniversal,
                        out var instant
                    ) => instant,
                _ => null,
            }
            : null;
}
