using System.Globalization;
using MassTransit;

namespace RideBooking.Platform.Messaging;

/// <summary>The earliest time at which a message should have been handled.</summary>
/// <remarks>
/// This is the time a timer was set for, the time a redelivery was planned for, or the time an operator redrove the message;
/// otherwise it is the time the message was sent.
/// </remarks>
public static class DueTime
{
    /// <summary>Sets the due time of a redelivery or of a message that an operator redrives.</summary>
    public const string Header = "RideBooking-Due";

    /// <summary>Formats an instant as a header value.</summary>
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
