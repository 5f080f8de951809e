using System.Buffers.Binary;
using System.Security.Cryptography;

namespace RideBooking.Testing.Engine;

/// <summary>
/// Generates ids that depend only on their origin: the same handling of the same message gives the same ids.
/// </summary>
/// <remarks>So a path can be replayed, and two paths to the same state are recognized as equal.</remarks>
static class Ids
{
    /// <param name="message">The message that is being handled.</param>
    /// <param name="tries">How often it has been handled before. Another attempt gives other ids, as in reality.</param>
    /// <param name="ordinal">The index of the id within the handling.</param>
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
