using RideBooking.Contracts;

namespace RideBooking.Billing;

/// <summary>Estimates routes: the seam for a routing service.</summary>
internal interface IRouteEstimator
{
    /// <summary>Returns the estimate from one place to another.</summary>
    RouteEstimate Estimate(Place from, Place to);
}
