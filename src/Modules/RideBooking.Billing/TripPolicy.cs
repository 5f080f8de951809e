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

    public RouteEstimate Estimate(Place from, Place to, IReadOnlyList<Place>? stops = null) =>
        routes.Estimate(Itinerary.Of(from, stops, to));

    public TripTerms Terms(Place pickup, Place dropoff, string vehicleClass, IReadOnlyList<Place>? stops = null)
    {
        var now = clock.GetUtcNow();
        var tariff = tariffs.At(now, pickup);
        var (surge, way) = (surges.FactorFor(tariff, pickup, now), Estimate(pickup, dropoff, stops));
        var fare = FareMeter.Meter(tariff, vehicleClass, way, surge, now);
        return new TripTerms(tariff.City, Tariff.Percent(surge), fare.Total, way.DistanceMeters, way.DurationSeconds);
    }

    public TripProblem? Check(Place pickup, Place dropoff, string vehicleClass, IReadOnlyList<Place>? stops = null)
    {
        if (!tariffs.Cities.Serve(pickup))
            return new TripProblem(
                "pickup",
                $"must be in one of the cities: {string.Join(", ", tariffs.Cities.All.Select(city => city.Name))}"
            );
        var tariff = tariffs.At(clock.GetUtcNow(), pickup);
        if (!tariff.Classes.ContainsKey(vehicleClass))
            return new TripProblem("vehicleClass", $"must be one of: {string.Join(", ", ClassesOf([tariff]))}");
        var itinerary = Itinerary.Of(pickup, stops, dropoff);
        long meters = 0;
        foreach (var (number, leg) in itinerary.Legs().Index())
        {
            var length = routes.Estimate(leg.From, leg.To).DistanceMeters;
            var isLast = number == itinerary.Count - 2;
            if (length < MinMeters)
                return new TripProblem(
                    isLast ? "dropoff" : $"stops[{number}]",
                    number == 0 ? "must differ from the pickup" : "must differ from the stop before it"
                );
            meters += length;
        }
        return meters <= MaxMeters ? null
            : stops is { Count: > 0 }
                ? new TripProblem("stops", $"must not make the trip longer than {MaxMeters / 1000} km")
            : new TripProblem("dropoff", $"must be within {MaxMeters / 1000} km of the pickup");
    }

    static IReadOnlyList<string> ClassesOf(IEnumerable<Tariff> tariffs) =>
        [.. tariffs.SelectMany(tariff => tariff.Classes.Keys).Distinct().Order(StringComparer.Ordinal)];
}
