using RideBooking.Contracts;
using RideBooking.Contracts.Seams;

namespace RideBooking.Billing;

/// <summary>
/// Decides which trips the current tariff and the route estimate allow, for quotes and for rides without a quote.
/// </summary>
internal sealed class TripPolicy(TariffBook tariffs, IRouteEstimator routes, TimeProvider clock) : ITripPolicy
{
    const int MinMeters = 20;
    const int MaxMeters = 300_000;

    public IReadOnlyList<string> VehicleClasses =>
        [.. tariffs.At(clock.GetUtcNow()).Classes.Keys.Order(StringComparer.Ordinal)];

    public RouteEstimate Estimate(Place from, Place to) => routes.Estimate(from, to);

    public TripTerms Terms(Place pickup, Place dropoff, string vehicleClass)
    {
        var now = clock.GetUtcNow();
        var tariff = tariffs.At(now);
        var (surge, way) = (tariff.SurgeAt(now), routes.Estimate(pickup, dropoff));
        var fare = FareMeter.Meter(tariff, vehicleClass, way, surge);
        return new TripTerms(City: null, Tariff.Percent(surge), fare.Total, way.DistanceMeters, way.DurationSeconds);
    }

    public TripProblem? Check(Place pickup, Place dropoff, string vehicleClass)
    {
        if (!tariffs.At(clock.GetUtcNow()).Classes.ContainsKey(vehicleClass))
            return new TripProblem("vehicleClass", $"must be one of: {string.Join(", ", VehicleClasses)}");
        return routes.Estimate(pickup, dropoff).DistanceMeters switch
        {
            < MinMeters => new TripProblem("dropoff", "must differ from the pickup"),
            > MaxMeters => new TripProblem("dropoff", $"must be within {MaxMeters / 1000} km of the pickup"),
            _ => null,
        };
    }
}
