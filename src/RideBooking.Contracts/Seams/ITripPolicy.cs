namespace RideBooking.Contracts.Seams;

/// <summary>Checks which trips can be booked, and in which vehicle classes. Billing implements it.</summary>
/// <remarks>It decides by the tariff, so that a quote, a ride and a driver's profile accept and refuse the same.</remarks>
public interface ITripPolicy
{
    /// <summary>The vehicle classes of the current tariff, in lower case, in ordinal order.</summary>
    IReadOnlyList<string> VehicleClasses { get; }

    /// <summary>Estimates the route between two places.</summary>
    /// <param name="from">Where it begins.</param>
    /// <param name="to">Where it ends.</param>
    /// <param name="stops">The stops on the way, in their order; null if there are none.</param>
    RouteEstimate Estimate(Place from, Place to, IReadOnlyList<Place>? stops = null);

    /// <summary>Returns the present terms of a trip that can be booked.</summary>
    /// <param name="pickup">Where it begins.</param>
    /// <param name="dropoff">Where it ends.</param>
    /// <param name="vehicleClass">The class, in lower case.</param>
    /// <param name="stops">The stops on the way, in their order; null if there are none.</param>
    TripTerms Terms(Place pickup, Place dropoff, string vehicleClass, IReadOnlyList<Place>? stops = null);

    /// <summary>Returns what is wrong with a trip; null when it can be booked.</summary>
    /// <param name="pickup">Where it begins.</param>
    /// <param name="dropoff">Where it ends.</param>
    /// <param name="vehicleClass">The class, in lower case.</param>
    /// <param name="stops">The stops on the way, in their order; null if there are none.</param>
    TripProblem? Check(Place pickup, Place dropoff, string vehicleClass, IReadOnlyList<Place>? stops = null);
}

/// <summary>The reason why a trip cannot be booked.</summary>
/// <param name="Field">The request's field, in camelCase.</param>
/// <param name="Message">The requirement that the trip fails.</param>
public sealed record TripProblem(string Field, string Message);
