using System.Text;
using System.Text.Json;
using MassTransit.Serialization;
using RideBooking.Contracts;

namespace RideBooking.EventLog.PersonalData;

/// <summary>A kind of personal value.</summary>
/// <remarks>An encrypted value names its kind. So it reads as redacted even when its event's record is unknown.</remarks>
/// <param name="Property">The JSON property that holds an encrypted value of this kind.</param>
/// <param name="Redacted">The JSON that the value reads as without its key.</param>
sealed record PersonalKind(string Property, byte[] Redacted)
{
    public static PersonalKind Text { get; } = new("$text", Json(PersonalDataAttribute.Redacted));

    public static PersonalKind Place { get; } = new("$place", Json(Contracts.Place.Redacted));

    /// <summary>A list of places. Without its key it does not even say how many there were.</summary>
    public static PersonalKind Places { get; } = new("$places", Json(Array.Empty<Contracts.Place>()));

    /// <summary>Returns the kind whose encrypted values have this property; null if there is none.</summary>
    public static PersonalKind? Find(string? property) =>
        property == Text.Property ? Text
        : property == Place.Property ? Place
        : property == Places.Property ? Places
        : null;

    static byte[] Json<T>(T value) =>
        Encoding.UTF8.GetBytes(
            JsonSerializer.SerializeToNode(value, SystemTextJsonMessageSerializer.Options)!.ToJsonString()
        );
}
