using RideBooking.Contracts;

namespace RideBooking.Billing;

/// <summary>Estimates a trip with stops, leg by leg.</summary>
internal static class RouteLegs
{
    /// <summary>Returns the sum of the estimates of the legs.</summary>
    public static RouteEstimate Estimate(this IRouteEstimator routes, IReadOnlyList<Place> itinerary) =>
        itinerary
            .Legs()
            .Select(leg => routes.Estimate(leg.From, leg.To))
            .Aggregate(
                new RouteEstimate(0, 0),
                (sum, leg) =>
                    new RouteEstimate(
                        sum.DistanceMeters + leg.DistanceMeters,
                        sum.DurationSeconds + leg.DurationSeconds
                    )
            );
}
