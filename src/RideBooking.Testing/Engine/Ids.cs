using System.Buffers.Binary;
using System.Security.Cryptography;

namespace RideBooking.Testing.Engine;

/// <summary>
/// Ids that follow from where they come from: the same handling of the same message gives the same ids, so that a way that was
/// gone once can be gone again, and two ways to the same state are seen to be the same.
/// </summary>
static class Ids
{
    /// <param name="message">The message that is being handled.</param>
    /// <param name="tries">How often it has been handled before: another try gives other ids, as it does in life.</param>
    /// <param name="ordinal">Which id it is.</param>
    public static Guid Of(Guid message, int tries, int ordinal)
    {
        Span<byte> origin = stackalloc byte[24];
        message.TryWriteBytes(origin);
        BinaryPrimitives.WriteInt32LittleEndian(origin[16..], tries);
        BinaryPrimitives.WriteInt32LittleEndian(origin[20..], ordinal);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(origin, hash);
        return new Guid(hash[..16]);
    }
}
