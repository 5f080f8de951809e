using System.Security.Cryptography;

namespace RideBooking.Platform.Http;

/// <summary>
/// The key that signs and checks tokens in Development when none is configured. Persist it, and development tokens outlive
/// a restart. Never asked for outside Development.
/// </summary>
public interface IDevelopmentSigningKey
{
    /// <summary>The key, at least 32 random bytes; the same at every call.</summary>
    ValueTask<byte[]> GetAsync(CancellationToken cancellationToken);
}

/// <summary>A key that lives as long as the process.</summary>
internal sealed class RandomSigningKey : IDevelopmentSigningKey
{
    readonly byte[] key = RandomNumberGenerator.GetBytes(32);

    public ValueTask<byte[]> GetAsync(CancellationToken cancellationToken) => ValueTask.FromResult(key);
}
