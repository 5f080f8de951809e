using System.Buffers;
using System.Text;
using System.Text.Json;

namespace RideBooking.EventLog.PersonalData;

/// <summary>The members of a JSON object.</summary>
static class Members
{
    /// <summary>Replaces values, and leaves the rest of the text as it is.</summary>
    /// <param name="payload">The JSON object.</param>
    /// <param name="replace">Returns the new value for a name and a value; null to leave the value as it is.</param>
    public static string Replace(string payload, Func<string, ReadOnlyMemory<byte>, byte[]?> replace)
    {
        var json = Encoding.UTF8.GetBytes(payload);
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return payload;
        ArrayBufferWriter<byte>? replaced = null;
        var copied = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            var end = (int)reader.BytesConsumed;
            if (replace(name, json.AsMemory(start..end)) is not { } value)
                continue;
            replaced ??= new ArrayBufferWriter<byte>(json.Length + 256);
            replaced.Write(json.AsSpan(copied..start));
            replaced.Write(value);
            copied = end;
        }
        if (replaced is null)
            return payload;
        replaced.Write(json.AsSpan(copied));
        return Encoding.UTF8.GetString(replaced.WrittenSpan);
    }
}
