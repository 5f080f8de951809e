using Microsoft.Extensions.Configuration;
using RideBooking.Platform.Configuration;

namespace RideBooking.Rides;

/// <summary>The time limits of a ride.</summary>
/// <param name="SearchDeadline"><c>Matching:SearchDeadline</c>: the duration of each search for a driver.</param>
/// <param name="FreeCancellation"><c>Rides:FreeCancellation</c>: how long after the assignment cancelling is free.</param>
/// <param name="FreeWait"><c>Rides:FreeWait</c>: how long the driver waits at the pickup free of charge.</param>
/// <param name="NoShowAfter"><c>Rides:NoShowAfter</c>: how long the driver must wait before they can report a no-show.</param>
internal sealed record RideTimes(
    TimeSpan SearchDeadline,
    TimeSpan FreeCancellation,
    TimeSpan FreeWait,
    TimeSpan NoShowAfter
)
{
    /// <summary>How long after its completion a ride can be rated.</summary>
    public static readonly TimeSpan RatingWindow = TimeSpan.FromHours(24);

    public static RideTimes Read(IConfiguration configuration) =>
        new(
            configuration.Span("Matching:SearchDeadline", TimeSpan.FromMinutes(3)),
            configuration.SpanOrNone("Rides:FreeCancellation", TimeSpan.FromMinutes(2)),
            configuration.SpanOrNone("Rides:FreeWait", TimeSpan.FromMinutes(2)),
            configuration.SpanOrNone("Rides:NoShowAfter", TimeSpan.FromMinutes(5))
        );
}
