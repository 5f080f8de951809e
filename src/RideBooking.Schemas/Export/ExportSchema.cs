using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using MassTransit.Serialization;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.Platform.Messaging;

namespace RideBooking.Schemas.Export;

/// <summary>Exports the JSON Schema of an event from its record, as the bus writes and reads it.</summary>
/// <remarks>
/// The schema follows from the serializer's options of the bus, so that it cannot differ from the messages: the names, the
/// types, and in <c>required</c> the members without which <see cref="RequiredMembers"/> refuses a message.
/// </remarks>
internal static class ExportSchema
{
    const string Dialect = "https://json-schema.org/draft/2020-12/schema";

    static readonly Lazy<JsonSerializerOptions> s_bus = new(() =>
    {
        RequiredMembers.Enforce();
        return SystemTextJsonMessageSerializer.Options;
    });

    static readonly JsonSchemaExporterOptions s_exporter = new()
    {
        TreatNullObliviousAsNonNullable = true,
        TransformSchemaNode = Describe,
    };

    /// <summary>Returns the schema of an event, with its description and an example.</summary>
    public static JsonObject Of(EventType type)
    {
        var exported = s_bus.Value.GetJsonSchemaAsNode(type.Type, s_exporter).AsObject();
        var schema = new JsonObject
        {
            ["$schema"] = Dialect,
            ["$id"] = $"urn:ridebooking:event:{type.Name}:{type.Version}",
            ["title"] = type.Name,
        };
        foreach (var (keyword, value) in exported)
            schema[keyword] = value?.DeepClone();
        schema["examples"] = new JsonArray([
            .. Examples
                .Of(type.Type)
                .Select(example => JsonSerializer.SerializeToNode(example, type.Type, s_bus.Value)),
        ]);
        return schema;
    }

    static JsonObject Describe(JsonSchemaExporterContext context, JsonNode exported)
    {
        var schema = Restrict(context, exported);
        var description = context.PropertyInfo?.AttributeProvider is PropertyInfo property
            ? DocumentationComments.Of(property)
            : DocumentationComments.Of(context.TypeInfo.Type);
        if (description.Length > 0)
            schema.Insert(0, "description", description);
        return schema;
    }

    static JsonObject Restrict(JsonSchemaExporterContext context, JsonNode exported)
    {
        if (context.TypeInfo.Type == typeof(Money))
            return OfMoney(mayBeNull: context.PropertyInfo?.IsGetNullable == true);
        // The exporter describes a type with a converter as anything.
        if (exported is not JsonObject schema)
            throw new NotSupportedException($"{context.TypeInfo.Type} needs a schema in {nameof(ExportSchema)}.");

        // The exporter takes every parameter of a constructor for required, even one that may be absent.
        if (context.TypeInfo.Kind == JsonTypeInfoKind.Object)
            schema["required"] = new JsonArray([
                .. context.TypeInfo.Properties.Where(member => member.IsRequired).Select(member => member.Name),
            ]);
        if (context is { PropertyInfo: { } member, TypeInfo.Type: var type } && type == typeof(string))
            if (member.Name.EndsWith("Id", StringComparison.OrdinalIgnoreCase))
                schema["minLength"] = 1;
        return schema;
    }

    static JsonObject OfMoney(bool mayBeNull) =>
        new()
        {
            ["type"] = mayBeNull ? new JsonArray("object", "null") : "object",
            ["properties"] = new JsonObject
            {
                ["amount"] = new JsonObject
                {
                    ["description"] = DocumentationComments.Of(typeof(Money), nameof(Money.Amount)),
                    ["type"] = "string",
                    ["pattern"] = @"^-?\d+(\.\d+)?$",
                },
                ["currency"] = new JsonObject
                {
                    ["description"] = DocumentationComments.Of(typeof(Money), nameof(Money.Currency)),
                    ["type"] = "string",
                    ["pattern"] = "^[A-Z]{3}$",
                },
            },
            ["required"] = new JsonArray("amount", "currency"),
        };
}
