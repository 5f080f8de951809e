namespace RideBooking.Platform.Visibility;

/// <summary>How long a request waits until its dependencies are visible.</summary>
/// <param name="Timeout">From <c>Messaging:VisibilityTimeout</c>.</param>
/// <param name="RequestTimeout">The time limit for the response: completed work must not be reported as timed out.</param>
internal sealed record VisibilityOptions(TimeSpan Timeout, TimeSpan RequestTimeout)
{
    /// <summary>The maximum time for all waits of one request, so that it still receives its response in time.</summary>
    public TimeSpan Budget => RequestTimeout * 0.9;

    /// <summary>The part of that time that may pass before a command runs, because the command itself needs time.</summary>
    public TimeSpan BudgetBeforeCommand => Budget * 0.75;

    /// <summary>How long after a command the same caller's next requests wait for it.</summary>
    public TimeSpan KeptFor => Timeout * 6;
}
