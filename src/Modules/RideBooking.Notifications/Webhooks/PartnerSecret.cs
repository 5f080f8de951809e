using System.Security.Cryptography;
using RideBooking.Platform.Security;

namespace RideBooking.Notifications.Webhooks;

/// <summary>Makes partners' secrets, and encrypts them with a key of the application, so that a backup does not contain them.</summary>
internal sealed class PartnerSecret(ApplicationSecret application)
{
    /// <summary>The length of a stored secret, in bytes: nonce, tag and ciphertext.</summary>
    public const int StoredLength = NonceLength + TagLength + KeyLength;

    const int KeyLength = 32;
    const int NonceLength = 12;
    const int TagLength = 16;

    // As Standard Webhooks defines it.
    const string Prefix = "whsec_";

    /// <summary>Makes the secret of a partner.</summary>
    /// <returns>The secret as the partner gets it, and as it is stored.</returns>
    public (string Shown, byte[] Stored) Create(Guid partnerId)
    {
        var key = RandomNumberGenerator.GetBytes(KeyLength);
        var stored = new byte[StoredLength];
        RandomNumberGenerator.Fill(stored.AsSpan(0, NonceLength));
        using var aes = Aes();
        aes.Encrypt(
            stored.AsSpan(0, NonceLength),
            key,
            stored.AsSpan(NonceLength + TagLength),
            stored.AsSpan(NonceLength, TagLength),
            partnerId.ToByteArray()
        );
        return ($"{Prefix}{Convert.ToBase64String(key)}", stored);
    }

    /// <summary>Returns the key of the signature; null if the application's secret was changed since.</summary>
    public byte[]? Read(Partner partner)
    {
        var (stored, key) = (partner.Secret, new byte[KeyLength]);
        using var aes = Aes();
        try
        {
            aes.Decrypt(
                stored.AsSpan(0, NonceLength),
                stored.AsSpan(NonceLength + TagLength),
                stored.AsSpan(NonceLength, TagLength),
                key,
                partner.Id.ToByteArray()
            );
            return key;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    AesGcm Aes() => new(application.KeyFor("partner-secrets"), TagLength);
}
