using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using MassTransit;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.Platform;

namespace RideBooking.Schemas.AsyncApi;

/// <summary>The AsyncAPI 3 document of the whole system: who publishes and who consumes each event, and what it says.</summary>
/// <remarks>
/// It is made from the schemas and from the consumers of the modules that run, so it cannot differ from the program.
/// </remarks>
internal sealed class AsyncApiDocument(SchemaRegistry schemas, EventCatalogue events, IEnumerable<IModule> modules)
{
    static readonly JsonSerializerOptions s_format = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    readonly Lazy<string> _text = new(() => Make(schemas, events, modules).ToJsonString(s_format));

    /// <summary>The document, as JSON.</summary>
    public string Text => _text.Value;

    static JsonObject Make(SchemaRegistry schemas, EventCatalogue events, IEnumerable<IModule> modules)
    {
        var consumers = new EventUsage(modules.Select(module => module.GetType().Assembly).Distinct()).Consumers;
        JsonObject channels = [];
        JsonObject operations = [];
        JsonObject messages = [];
        JsonObject payloads = [];
        foreach (var schema in schemas.Schemas)
        {
            if (events.Find(schema.Subject, schema.Version) is not { } type)
                continue;
            var name = $"{schema.Subject}.v{schema.Version}";
            payloads[name] = Payload(schema);
            messages[name] = Message(schema, type, name);
            channels[name] = Channel(schema, type, name);
            operations[$"{type.Source}.publish.{name}"] = Operation(
                "send",
                name,
                type.Source,
                $"Publish {schema.Subject}"
            );
            foreach (var consumer in consumers.Where(consumer => consumer.Event == type.Type))
            {
                var module = consumer.Module.ToLowerInvariant();
                operations[$"{module}.{consumer.Consumer}.{name}"] = Operation(
                    "receive",
                    name,
                    module,
                    $"{consumer.Consumer} consumes {schema.Subject}"
                );
            }
        }
        payloads["Envelope"] = Envelope();
        return new JsonObject
        {
            ["asyncapi"] = "3.0.0",
            ["info"] = new JsonObject
            {
                ["title"] = "RideBooking",
                ["version"] = "v1",
                ["description"] =
                    "The events of the system. Each is published to an exchange of its own, in the envelope of MassTransit, and "
                    + "appended to the event log in the same transaction. `GET /api/v1/events` reads the log.",
            },
            ["defaultContentType"] = "application/vnd.masstransit+json",
            ["channels"] = channels,
            ["operations"] = operations,
            ["components"] = new JsonObject { ["messages"] = messages, ["schemas"] = payloads },
        };
    }

    static JsonObject Channel(RegisteredSchema schema, EventType type, string name) =>
        new()
        {
            ["address"] = ExchangeOf(type),
            ["title"] = schema.Subject,
            ["description"] =
                $"{DescriptionOf(schema)} Its stream in the event log is named by `{type.StreamProperty}`.",
            ["messages"] = new JsonObject { [name] = Reference($"components/messages/{name}") },
            ["bindings"] = new JsonObject
            {
                ["amqp"] = new JsonObject
                {
                    ["is"] = "routingKey",
                    ["exchange"] = new JsonObject
                    {
                        ["name"] = ExchangeOf(type),
                        ["type"] = "fanout",
                        ["durable"] = true,
                        ["autoDelete"] = false,
                    },
                    ["bindingVersion"] = "0.3.0",
                },
            },
        };

    static JsonObject Operation(string action, string channel, string module, string summary) =>
        new()
        {
            ["action"] = action,
            ["channel"] = Reference($"channels/{channel}"),
            ["summary"] = summary,
            ["tags"] = new JsonArray(new JsonObject { ["name"] = module }),
            ["messages"] = new JsonArray(Reference($"channels/{channel}/messages/{channel}")),
        };

    static JsonObject Message(RegisteredSchema schema, EventType type, string name) =>
        new()
        {
            ["name"] = name,
            ["title"] = schema.Subject,
            ["summary"] = DescriptionOf(schema),
            ["payload"] = new JsonObject
            {
                ["allOf"] = new JsonArray(
                    Reference("components/schemas/Envelope"),
                    new JsonObject
                    {
                        ["properties"] = new JsonObject { ["message"] = Reference($"components/schemas/{name}") },
                    }
                ),
            },
            ["examples"] = new JsonArray([
                .. schema.Parse()["examples"]!
                    .AsArray()
                    .Select(example => new JsonObject
                    {
                        ["payload"] = new JsonObject
                        {
                            ["messageId"] = "019ba71d-5e41-7a90-b3d2-6c8f4e1a0957",
                            ["messageType"] = new JsonArray(MessageUrn.ForTypeString(type.Type)),
                            ["message"] = example!.DeepClone(),
                        },
                    }),
            ]),
        };

    /// <summary>Returns the schema without what only a document of its own has.</summary>
    static JsonObject Payload(RegisteredSchema schema)
    {
        var payload = schema.Parse();
        payload.Remove("$schema");
        payload.Remove("$id");
        return payload;
    }

    static JsonObject Envelope() =>
        new()
        {
            ["description"] = "MassTransit's envelope. It has more members, which a reader may ignore.",
            ["type"] = "object",
            ["properties"] = new JsonObject
            {
                ["messageId"] = new JsonObject
                {
                    ["description"] = "The event's id: the same in the event log.",
                    ["type"] = "string",
                    ["format"] = "uuid",
                },
                ["messageType"] = new JsonObject
                {
                    ["description"] = "The event's name on the wire.",
                    ["type"] = "array",
                    ["items"] = new JsonObject { ["type"] = "string" },
                },
                ["message"] = new JsonObject { ["description"] = "The event.", ["type"] = "object" },
            },
            ["required"] = new JsonArray("messageId", "messageType", "message"),
        };

    // MassTransit names the exchange after the record.
    static string ExchangeOf(EventType type) => $"{type.Type.Namespace}:{type.Type.Name}";

    static string DescriptionOf(RegisteredSchema schema) => schema.Parse()["description"]!.GetValue<string>();

    static JsonObject Reference(string path) => new() { ["$ref"] = $"#/{path}" };
}
