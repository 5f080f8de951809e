using System.Security.Cryptography;

namespace RideBooking.Platform.Security;

/// <summary>The key that signs and checks tokens in Development when none is configured.</summary>
/// <remarks>
/// If it is persisted, development tokens remain valid after a restart. It is never used outside Development.
/// </remarks>
public interface IDevelopmentSigningKey
{
    /// <summary>Returns the key, at least 32 random bytes; the same on every call.</summary>
    ValueTask<byte[]> GetAsync(CancellationToken cancellationToken);
}

/// <summary>A key that lives as long as the process.</summary>
internal sealed class RandomSigningKey : IDevelopmentSigningKey
{
    readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    public ValueTask<byte[]> GetAsync(CancellationToken cancellationToken) => ValueTask.FromResult(_key);
}
