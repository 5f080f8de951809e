using RideBooking.Contracts;

namespace RideBooking.Platform.Quotes;

/// <summary>
/// Which trips can be booked, and in which vehicle classes. Billing answers from the tariff, so that a quote, a ride and a
/// driver's profile accept and refuse the same.
/// </summary>
public interface ITripPolicy
{
    /// <summary>The vehicle classes of the present tariff, in lower case, in ordinal order.</summary>
    IReadOnlyList<string> VehicleClasses { get; }

    /// <summary>The estimated way between two places.</summary>
    TripEstimate Estimate(Place from, Place to);

    /// <summary>What is wrong with a trip; null when it can be booked.</summary>
    /// <param name="pickup">Where it begins.</param>
    /// <param name="dropoff">Where it ends.</param>
    /// <param name="vehicleClass">The class, in lower case.</param>
    TripProblem? Check(Place pickup, Place dropoff, string vehicleClass);
}

/// <summary>How far and how long a trip is, as estimated.</summary>
/// <param name="DistanceMeters">Along the streets, metres.</param>
/// <param name="DurationSeconds">Driving, seconds.</param>
public readonly record struct TripEstimate(int DistanceMeters, int DurationSeconds);

/// <summary>Why a trip cannot be booked.</summary>
/// <param name="Field">The request's field, in camelCase.</param>
/// <param name="Message">What it must be.</param>
public sealed record TripProblem(string Field, string Message);
