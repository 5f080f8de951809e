using Microsoft.AspNetCore.Mvc;
using RideBooking.EventLog;
using RideBooking.Platform.Http.Problems;

namespace RideBooking.Platform.Events;

/// <summary>Which events an operator reads: the query parameters that pages and the live stream have in common.</summary>
internal sealed record EventQuery(
    [property: FromQuery(Name = "after")] long? After,
    [property: FromQuery(Name = "type")] string? Type,
    [property: FromQuery(Name = "rideId")] Guid? RideId,
    EventCatalogue Catalogue
)
{
    /// <summary>Describes the parameters on the reference page.</summary>
    public const string Description =
        "`type` is the name of an event, or several with commas between them. A position after the last one is refused with "
        + "`lastPosition`.";

    /// <summary>Returns the filter. Throws <see cref="InvalidInputException"/> when a parameter is not valid.</summary>
    public EventFilter Filter()
    {
        if (After < 0)
            throw new InvalidInputException("after", "must be a position, or 0 for the beginning");
        var types = Type?.Split(',');
        if (types?.Except(Catalogue.All.Select(known => known.Name)).Any() == true)
            throw new InvalidInputException("type", "must be the name of an event, such as RideRequested");
        return new EventFilter(After ?? 0, RideId?.ToString(), types);
    }
}
