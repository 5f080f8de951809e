using System.Text.Encodings.Web;
using System.Text.Json;

namespace RideBooking.Schemas;

/// <summary>The format of the JSON files in the repository: schemas and corpora.</summary>
internal static class JsonFile
{
    public static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
