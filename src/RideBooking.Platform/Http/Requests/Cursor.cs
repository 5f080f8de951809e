using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace RideBooking.Platform.Http.Requests;

/// <summary>Encodes a place in a list as opaque text: the key of the last item with a checksum, in base64url.</summary>
/// <remarks>
/// The checksum covers the key's type, so that a cursor of another list, or a shortened one, is refused. It is not a secret:
/// the query decides what a caller may see, never the cursor.
/// </remarks>
public static class Cursor
{
    const int ChecksumBytes = 8;
    const int MaxLength = 1024;

    // Tuples consist of fields.
    static readonly JsonSerializerOptions s_json = new() { IncludeFields = true };

    /// <summary>Returns the cursor of a key.</summary>
    public static string Encode<TKey>(TKey key)
        where TKey : notnull
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(key, s_json);
        return Base64Url.EncodeToString([.. Checksum<TKey>(json), .. json]);
    }

    /// <summary>Reads the key of a cursor; false when the text is not a cursor of such a key.</summary>
    public static bool TryDecode<TKey>(string cursor, out TKey key)
        where TKey : notnull
    {
        key = default!;
        if (cursor.Length > MaxLength || !Base64Url.IsValid(cursor))
            return false;
        var bytes = Base64Url.DecodeFromChars(cursor);
        if (bytes.Length <= ChecksumBytes)
            return false;
        var json = bytes.AsSpan(ChecksumBytes);
        if (!bytes.AsSpan(0, ChecksumBytes).SequenceEqual(Checksum<TKey>(json)))
            return false;
        try
        {
            key = JsonSerializer.Deserialize<TKey>(json, s_json)!;
            return key is not null;
        }
        catch (JsonException)
        {
            // The key's type has changed since the cursor was issued.
            return false;
        }
    }

    static byte[] Checksum<TKey>(ReadOnlySpan<byte> json) =>
        SHA256.HashData([.. Encoding.UTF8.GetBytes(typeof(TKey).ToString()), 0, .. json])[..ChecksumBytes];
}
