using Microsoft.Extensions.Configuration;
using RideBooking.Platform.Configuration;

namespace RideBooking.Rides;

/// <summary>The times that decide over a ride.</summary>
/// <param name="SearchDeadline"><c>Matching:SearchDeadline</c>: how long a driver is looked for, each time anew.</param>
/// <param name="FreeCancellation"><c>Rides:FreeCancellation</c>: how long after the assignment cancelling is free.</param>
/// <param name="FreeWait"><c>Rides:FreeWait</c>: how long the driver waits at the pickup for nothing.</param>
/// <param name="NoShowAfter"><c>Rides:NoShowAfter</c>: how long the driver must have waited to give the rider up.</param>
internal sealed record RideTimes(
    TimeSpan SearchDeadline,
    TimeSpan FreeCancellation,
    TimeSpan FreeWait,
    TimeSpan NoShowAfter
)
{
    /// <summary>How long after the ride it can be rated.</summary>
    public static readonly TimeSpan RatingWindow = TimeSpan.FromHours(24);

    public static RideTimes Read(IConfiguration configuration) =>
        new(
            configuration.Span("Matching:SearchDeadline", TimeSpan.FromMinutes(3)),
            configuration.SpanOrNone("Rides:FreeCancellation", TimeSpan.FromMinutes(2)),
            configuration.SpanOrNone("Rides:FreeWait", TimeSpan.FromMinutes(2)),
            configuration.SpanOrNone("Rides:NoShowAfter", TimeSpan.FromMinutes(5))
        );
}
