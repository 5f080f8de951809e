namespace RideBooking.Schemas.Registry;

/// <summary>A version of an event.</summary>
/// <param name="Subject">The event.</param>
/// <param name="Version">The version, from 1.</param>
/// <param name="Id">The number of the schema: the same in every installation.</param>
/// <param name="SchemaType">Always JSON.</param>
/// <param name="Schema">The JSON Schema (draft 2020-12), as text.</param>
internal sealed record VersionView(string Subject, int Version, int Id, string SchemaType, string Schema)
{
    public static VersionView Of(RegisteredSchema schema) =>
        new(schema.Subject, schema.Version, schema.Id, SchemaText.JsonType, schema.Text);
}
