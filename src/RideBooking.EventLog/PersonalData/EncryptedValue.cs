using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace RideBooking.EventLog.PersonalData;

/// <summary>
/// A value encrypted with AES-256-GCM: <c>{"$text":"…"}</c>, <c>{"$place":"…"}</c> or <c>{"$places":"…"}</c>, with nonce, tag and
/// ciphertext in Base64.
/// </summary>
/// <remarks>Event and member are authenticated with the value, so that it cannot be moved to another.</remarks>
static class EncryptedValue
{
    const int NonceLength = 12;
    const int TagLength = 16;

    public static byte[] Encrypt(ReadOnlySpan<byte> value, PersonalKind kind, byte[] key, Guid eventId, string member)
    {
        var sealedValue = new byte[NonceLength + TagLength + value.Length];
        var nonce = sealedValue.AsSpan(0, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key, TagLength);
        aes.Encrypt(
            nonce,
            value,
            sealedValue.AsSpan(NonceLength + TagLength),
            sealedValue.AsSpan(NonceLength, TagLength),
            Context(eventId, member)
        );
        return Encoding.ASCII.GetBytes($$"""{"{{kind.Property}}":"{{Convert.ToBase64String(sealedValue)}}"}""");
    }

    /// <summary>Returns the value's JSON, or redacted JSON without the right key; null if the value is not encrypted.</summary>
    public static byte[]? Decrypt(ReadOnlySpan<byte> value, byte[]? key, Guid eventId, string member)
    {
        var reader = new Utf8JsonReader(value);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return null;
        if (!reader.Read() || reader.TokenType != JsonTokenType.PropertyName)
            return null;
        if (PersonalKind.Find(reader.GetString()) is not { } kind)
            return null;
        if (
            key is null
            || !reader.Read()
            || reader.TokenType != JsonTokenType.String
            || !reader.TryGetBytesFromBase64(out var sealedValue)
            || sealedValue.Length < NonceLength + TagLength
        )
            return kind.Redacted;
        var opened = new byte[sealedValue.Length - NonceLength - TagLength];
        using var aes = new AesGcm(key, TagLength);
        try
        {
            aes.Decrypt(
                sealedValue.AsSpan(0, NonceLength),
                sealedValue.AsSpan(NonceLength + TagLength),
                sealedValue.AsSpan(NonceLength, TagLength),
                opened,
                Context(eventId, member)
            );
        }
        // Written with a key that was destroyed, or changed in the database: the audit of the hash chain names it then.
        catch (AuthenticationTagMismatchException)
        {
            return kind.Redacted;
        }
        return opened;
    }

    static byte[] Context(Guid eventId, string member) => Encoding.UTF8.GetBytes($"{eventId} {member}");
}
