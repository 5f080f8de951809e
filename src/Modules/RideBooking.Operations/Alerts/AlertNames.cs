namespace RideBooking.Operations.Alerts;

/// <summary>The names of the alerts. Those that Prometheus has too have the names of infra/observability/alerts.yml.</summary>
internal static class AlertNames
{
    public const string FailedMessagesGrow = "FailedMessagesGrow";
    public const string EndpointLags = "EndpointLags";
    public const string EndpointIsPaused = "EndpointIsPaused";
    public const string SubscriptionFallsBehind = "SubscriptionFallsBehind";
    public const string SubscriptionIsStopped = "SubscriptionIsStopped";
    public const string EventsAreParked = "EventsAreParked";
    public const string OutboxIsNotEmptied = "OutboxIsNotEmptied";
    public const string TimersAreOverdue = "TimersAreOverdue";
    public const string RidesAreStuck = "RidesAreStuck";
    public const string DeliveriesFailed = "DeliveriesFailed";

    public static readonly IReadOnlyList<string> All =
    [
        FailedMessagesGrow,
        EndpointLags,
        EndpointIsPaused,
        SubscriptionFallsBehind,
        SubscriptionIsStopped,
        EventsAreParked,
        OutboxIsNotEmptied,
        TimersAreOverdue,
        RidesAreStuck,
        DeliveriesFailed,
    ];
}
