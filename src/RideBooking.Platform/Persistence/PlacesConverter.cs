using System.Text.Json;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using RideBooking.Contracts;

namespace RideBooking.Platform.Persistence;

/// <summary>Stores a list of places as JSON in one column: no query reads one place of many lists.</summary>
internal sealed class PlacesConverter()
    : ValueConverter<IReadOnlyList<Place>, string>(
        places => JsonSerializer.Serialize(places, JsonSerializerOptions.Web),
        json => JsonSerializer.Deserialize<Place[]>(json, JsonSerializerOptions.Web) ?? Array.Empty<Place>()
    )
{
    /// <summary>Compares the places. A list is replaced, never modified.</summary>
    internal sealed class Comparer()
        : ValueComparer<IReadOnlyList<Place>>(
            (one, other) => AreSame(one, other),
            places => places.Count,
            places => places
        );

    static bool AreSame(IReadOnlyList<Place>? one, IReadOnlyList<Place>? other) =>
        ReferenceEquals(one, other) || (one is not null && other is not null && one.SequenceEqual(other));
}
