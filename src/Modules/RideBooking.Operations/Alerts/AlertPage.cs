namespace RideBooking.Operations.Alerts;

/// <summary>Where the console shows what an alert is about.</summary>
internal static class AlertPage
{
    /// <summary>Returns the path of the page, from the root of the host.</summary>
    /// <param name="alert">One of <see cref="AlertNames"/>.</param>
    /// <param name="subject">What it is about.</param>
    public static string PathOf(string alert, string subject)
    {
        var of = Uri.EscapeDataString(subject);
        return "/console/"
            + alert switch
            {
                AlertNames.FailedMessagesGrow => $"failed-messages/list?queue={of}",
                AlertNames.EndpointLags or AlertNames.EndpointIsPaused => "endpoints",
                AlertNames.SubscriptionFallsBehind or AlertNames.SubscriptionIsStopped or AlertNames.EventsAreParked =>
                    $"subscriptions/{of}",
                AlertNames.OutboxIsNotEmptied or AlertNames.TimersAreOverdue => "failed-messages/unsent",
                AlertNames.RidesAreStuck => "rides?stuck=true",
                _ => "alerts",
            };
    }
}
