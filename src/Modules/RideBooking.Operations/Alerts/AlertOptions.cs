using Microsoft.Extensions.Configuration;
using RideBooking.Platform.Configuration;

namespace RideBooking.Operations.Alerts;

/// <summary>When alerts fire and end, and where they are sent. A limit of zero turns its alert off.</summary>
/// <param name="Interval"><c>Operations:Alerts:Interval</c>: the pause between two evaluations by a host.</param>
/// <param name="EndAfter">
/// <c>Operations:Alerts:EndAfter</c>: how long the condition of an alert must not have held until the alert ends.
/// </param>
/// <param name="KeepFor"><c>Operations:Alerts:KeepFor</c>: how long ended alerts and their notifications are kept.</param>
/// <param name="FailedMessages">
/// <c>Operations:Alerts:FailedMessages</c>: how many messages of a queue must fail within <see cref="AlertConditions.Window"/>. One
/// by default: a failed message has used up its retries and redeliveries, and waits for an operator.
/// </param>
/// <param name="EndpointLag"><c>Operations:Alerts:EndpointLag</c>: how old an endpoint's messages may be when it begins with them.</param>
/// <param name="SubscriptionLag"><c>Operations:Alerts:SubscriptionLag</c>: how far a subscription may be behind the event log.</param>
/// <param name="OutboxAge"><c>Operations:Alerts:OutboxAge</c>: how long a message may be in the outbox.</param>
/// <param name="TimersOverdue"><c>Operations:Alerts:TimersOverdue</c>: how overdue a timer may be.</param>
/// <param name="Webhook">Where alerts are sent; null for nowhere.</param>
internal sealed record AlertOptions(
    TimeSpan Interval,
    TimeSpan EndAfter,
    TimeSpan KeepFor,
    int FailedMessages,
    TimeSpan EndpointLag,
    TimeSpan SubscriptionLag,
    TimeSpan OutboxAge,
    TimeSpan TimersOverdue,
    WebhookOptions? Webhook
)
{
    const string KeepForKey = "Operations:Alerts:KeepFor";
    const string EndpointLagKey = "Operations:Alerts:EndpointLag";

    // Longer than all attempts to deliver a notification.
    static readonly TimeSpan s_minKeepFor = TimeSpan.FromHours(1);

    // The history of the endpoints has an hour.
    static readonly TimeSpan s_maxEndpointLag = TimeSpan.FromMinutes(30);

    static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    public static AlertOptions Read(IConfiguration configuration)
    {
        var keepFor = configuration.Span(KeepForKey, defaultValue: TimeSpan.FromDays(7));
        if (keepFor < s_minKeepFor)
            throw new ConfigurationException(
                $"{KeepForKey} is '{configuration[KeepForKey]}' but must be at least {s_minKeepFor}."
            );
        var endpointLag = configuration.SpanOrNone(EndpointLagKey, s_minute);
        if (endpointLag > s_maxEndpointLag)
            throw new ConfigurationException(
                $"{EndpointLagKey} is '{configuration[EndpointLagKey]}' but must be at most {s_maxEndpointLag}."
            );
        return new AlertOptions(
            configuration.Span("Operations:Alerts:Interval", defaultValue: TimeSpan.FromSeconds(10)),
            configuration.Span("Operations:Alerts:EndAfter", s_minute),
            keepFor,
            (int)configuration.Number("Operations:Alerts:FailedMessages", defaultValue: 1, min: 0, max: 1_000_000),
            endpointLag,
            configuration.SpanOrNone("Operations:Alerts:SubscriptionLag", s_minute),
            configuration.SpanOrNone("Operations:Alerts:OutboxAge", s_minute),
            configuration.SpanOrNone("Operations:Alerts:TimersOverdue", s_minute),
            WebhookOptions.Read(configuration)
        );
    }
}
