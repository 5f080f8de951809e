using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace RideBooking.Platform.Http.Idempotency;

/// <summary>
/// Identifies what a request asks for: method, operation, ids in the path, query, and the body as the endpoint understands
/// it.
/// </summary>
/// <remarks>
/// Order of members, white space, spelling of numbers and text, members that are null and members that the endpoint does not
/// know make no difference.
/// </remarks>
internal static class Fingerprint
{
    static readonly JsonWriterOptions s_writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A SHA-256 in hexadecimal.</summary>
    public static string Of(HttpRequest request, RouteEndpoint endpoint, byte[] body, JsonSerializerOptions json)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Method} {Path(request, endpoint)}{request.QueryString}\n"));
        hash.AppendData(Understood(endpoint, body, json) ?? body);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    static string Path(HttpRequest request, RouteEndpoint endpoint)
    {
        var values = endpoint.RoutePattern.Parameters.Select(parameter =>
        {
            var value = Convert.ToString(request.RouteValues[parameter.Name], CultureInfo.InvariantCulture);
            var isGuid = parameter.ParameterPolicies.Any(policy => policy.Content == "guid");
            return isGuid && Guid.TryParse(value, out var id) ? id.ToString() : value;
        });
        return $"{request.PathBase}/{endpoint.RoutePattern.RawText}\n{string.Join('\n', values)}";
    }

    /// <summary>
    /// Normalizes the body; null when the endpoint takes no body or cannot read this one. Then its bytes are compared.
    /// </summary>
    static byte[]? Understood(RouteEndpoint endpoint, byte[] body, JsonSerializerOptions json)
    {
        if (body.Length == 0 || endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType is not { } type)
            return null;
        try
        {
            if (JsonSerializer.Deserialize(body, type, json) is not { } request)
                return null;
            var written = new ArrayBufferWriter<byte>();
            using (var writer = new Utf8JsonWriter(written, s_writing))
                Write(JsonSerializer.SerializeToElement(request, type, json), writer);
            return written.WrittenSpan.ToArray();
        }
        catch (Exception exception)
            when (exception is JsonException or NotSupportedException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    static void Write(JsonElement value, Utf8JsonWriter writer)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (
                    var member in value
                        .EnumerateObject()
                        .Where(member => member.Value.ValueKind != JsonValueKind.Null)
                        .OrderBy(member => member.Name, StringComparer.Ordinal)
                )
                {
                    writer.WritePropertyName(member.Name);
                    Write(member.Value, writer);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                    Write(item, writer);
                writer.WriteEndArray();
                break;
            case JsonValueKind.Number when value.TryGetDecimal(out var number):
                writer.WriteRawValue(number.ToString("0.#############################", CultureInfo.InvariantCulture));
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }
}
