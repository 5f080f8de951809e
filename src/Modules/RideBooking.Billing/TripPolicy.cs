using RideBooking.Contracts;
using RideBooking.Contracts.Seams;

namespace RideBooking.Billing;

/// <summary>
/// Decides which trips the cities, the current tariff and the route estimate allow, for quotes and for rides without a quote.
/// </summary>
internal sealed class TripPolicy(TariffBook tariffs, SurgeGrid surges, IRouteEstimator routes, TimeProvider clock)
    : ITripPolicy
{
    const int MinMeters = 20;
    const int MaxMeters = 300_000;

    public IReadOnlyList<string> VehicleClasses => ClassesOf(tariffs.AllAt(clock.GetUtcNow()));

    public RouteEstimate Estimate(Place from, Place to) => routes.Estimate(from, to);

    public TripTerms Terms(Place pickup, Place dropoff, string vehicleClass)
    {
        var now = clock.GetUtcNow();
        var tariff = tariffs.At(now, pickup);
        var (surge, way) = (surges.FactorFor(tariff, pickup, now), routes.Estimate(pickup, dropoff));
        var fare = FareMeter.Meter(tariff, vehicleClass, way, surge, now);
        return new TripTerms(tariff.City, Tariff.Percent(surge), fare.Total, way.DistanceMeters, way.DurationSeconds);
    }

    public TripProblem? Check(Place pickup, Place dropoff, string vehicleClass)
    {
        if (!tariffs.Cities.Serve(pickup))
            return new TripProblem(
                "pickup",
                $"must be in one of the cities: {string.Join(", ", tariffs.Cities.All.Select(city => city.Name))}"
            );
        var tariff = tariffs.At(clock.GetUtcNow(), pickup);
        if (!tariff.Classes.ContainsKey(vehicleClass))
            return new TripProblem("vehicleClass", $"must be one of: {string.Join(", ", ClassesOf([tariff]))}");
        return routes.Estimate(pickup, dropoff).DistanceMeters switch
        {
            < MinMeters => new TripProblem("dropoff", "must differ from the pickup"),
            > MaxMeters => new TripProblem("dropoff", $"must be within {MaxMeters / 1000} km of the pickup"),
            _ => null,
        };
    }

    static IReadOnlyList<string> ClassesOf(IEnumerable<Tariff> tariffs) =>
        [.. tariffs.SelectMany(tariff => tariff.Classes.Keys).Distinct().Order(StringComparer.Ordinal)];
}
