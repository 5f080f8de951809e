using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RideBooking.Platform.Security;

namespace RideBooking.Rides;

/// <summary>The PINs by which drivers know that the right rider gets in.</summary>
/// <remarks>
/// A PIN is derived from the application's secret and the ride, so it is not stored, and in no event. Only the ride's rider
/// is shown it. Guessing is limited by <see cref="RideRules.MaxWrongPins"/>.
/// </remarks>
internal sealed class StartPins(ApplicationSecret secret)
{
    public const int Length = 4;

    const int Number = 10_000;

    // In Development the secret is loaded after this is created.
    readonly Lazy<byte[]> _key = new(() => secret.KeyFor("start-pins"));

    /// <summary>Returns the ride's PIN: four digits.</summary>
    public string Of(Guid rideId)
    {
        var hash = HMACSHA256.HashData(_key.Value, rideId.ToByteArray(bigEndian: true));
        return (BinaryPrimitives.ReadUInt64BigEndian(hash) % Number).ToString("D4", CultureInfo.InvariantCulture);
    }

    public bool Matches(Guid rideId, string pin) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(pin), Encoding.UTF8.GetBytes(Of(rideId)));
}
