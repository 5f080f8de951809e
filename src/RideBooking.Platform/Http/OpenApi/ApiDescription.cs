using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using RideBooking.Contracts;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Http.Streaming;

namespace RideBooking.Platform.Http.OpenApi;

/// <summary>Describes the conventions of all endpoints in the OpenAPI document, so that no endpoint has to.</summary>
/// <remarks>
/// They are: authorized roles, possible problems, the Idempotency-Key, paging, resuming of streams, and the types that the
/// serializer treats specially.
/// </remarks>
internal static class ApiDescription
{
    public const string DocumentName = "v1";
    public const string SecurityScheme = "bearer";
    const string ProblemSchema = "Problem";
    const string JsonMediaType = "application/json";
    static readonly ConcurrentDictionary<string, Type> s_names = new(StringComparer.Ordinal);

    public static void AddApiDescription(this IServiceCollection services) =>
        services.AddOpenApi(
            DocumentName,
            document =>
            {
                document.CreateSchemaReferenceId = NameOf;
                document.AddDocumentTransformer(DescribeDocument);
                document.AddOperationTransformer(DescribeOperation);
                document.AddSchemaTransformer(DescribeType);
            }
        );

    /// <summary>Names a nested type after the feature that it belongs to: <c>CancelRideRequest</c>.</summary>
    /// <remarks>
    /// Many endpoints name theirs <c>View</c> or <c>Request</c>. Types of the same name would get the same description.
    /// </remarks>
    static string? NameOf(JsonTypeInfo type)
    {
        if (OpenApiOptions.CreateDefaultSchemaReferenceId(type) is null)
            return null;
        var actual = Nullable.GetUnderlyingType(type.Type) ?? type.Type;
        // Any JSON, null included, is described in place. "Null or a reference to anything" would be two descriptions of
        // null.
        if (actual == typeof(JsonElement) || actual.IsAssignableTo(typeof(JsonNode)))
            return null;
        var name = NameOf(actual);
        return s_names.GetOrAdd(name, actual) == actual
            ? name
            : throw new InvalidOperationException(
                $"{actual} and {s_names[name]} would both be {name} in the OpenAPI document; rename one."
            );
    }

    static string NameOf(Type type)
    {
        var own = type.Name.Split('`')[0];
        if (type.IsGenericType)
            own = $"{own}Of{string.Join("And", type.GetGenericArguments().Select(NameOf))}";
        return type.DeclaringType is { } around ? FeatureOf(around) + own : own;
    }

    // The class of a command's endpoint is named after the command, which has the plain name.
    static string FeatureOf(Type around)
    {
        var name = NameOf(around);
        return name.EndsWith("Endpoint", StringComparison.Ordinal) ? name[..^"Endpoint".Length] : name;
    }

    static Task DescribeDocument(
        OpenApiDocument document,
        OpenApiDocumentTransformerContext context,
        CancellationToken cancellationToken
    )
    {
        document.Info = new OpenApiInfo
        {
            Title = "RideBooking",
            Version = DocumentName,
            Description =
                "Book and drive rides. Errors are RFC 9457 problems with a stable `code`. Every POST takes an `Idempotency-Key`: "
                + "the same key with the same request replays the first outcome. Pages are read by an opaque `cursor`. A query "
                + "parameter that an operation does not take is refused. Every path that answers GET also answers HEAD.\n\n"
                + CommandVisibility.Explanation,
        };
        // Relative to the address that the document was read from: the address that a proxy shows is the one that works.
        document.Servers = [];
        document.AddComponent<IOpenApiSecurityScheme>(
            SecurityScheme,
            new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                BearerFormat = "JWT",
                Description = "A token with the claims `sub` and `role` (rider, driver or operator).",
            }
        );
        document.AddComponent<IOpenApiSchema>(ProblemSchema, DescribeProblem());
        return Task.CompletedTask;
    }

    static OpenApiSchema DescribeProblem() =>
        new()
        {
            Type = JsonSchemaType.Object,
            Description =
                "What went wrong (RFC 9457). Branch on `code`; `title` and `detail` are for people. Some codes have further "
                + "members.",
            AdditionalProperties = new OpenApiSchema(),
            Required = new HashSet<string> { "type", "title", "status", "detail", "code", "traceId" },
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["type"] = new OpenApiSchema { Type = JsonSchemaType.String, Format = "uri" },
                ["title"] = new OpenApiSchema { Type = JsonSchemaType.String },
                ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32" },
                ["detail"] = new OpenApiSchema { Type = JsonSchemaType.String },
                ["code"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.String,
                    Description = "Stable.",
                    Examples = [JsonValue.Create(ProblemCode.ValidationFailed)],
                },
                [Problem.RetryAfter] = new OpenApiSchema
                {
                    Type = JsonSchemaType.Integer,
                    Format = "int32",
                    Description =
                        "The number of seconds after which a retry may succeed; also in the header `Retry-After`.",
                },
                ["traceId"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.String,
                    Description = "Finds the request in the log.",
                },
                ["errors"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Description = "With `validation_failed`: the errors, by path of the field.",
                    AdditionalProperties = new OpenApiSchema
                    {
                        Type = JsonSchemaType.Array,
                        Items = new OpenApiSchema { Type = JsonSchemaType.String },
                    },
                },
            },
        };

    static async Task DescribeOperation(
        OpenApiOperation operation,
        OpenApiOperationTransformerContext context,
        CancellationToken cancellationToken
    )
    {
        var description = context.Description;
        var metadata = description.ActionDescriptor.EndpointMetadata;
        var handler = metadata.OfType<MethodInfo>().FirstOrDefault();
        bool Takes(Type type) => handler?.GetParameters().Any(parameter => parameter.ParameterType == type) == true;

        var problems = new SortedDictionary<int, List<string>>();
        var isPost = HttpMethods.IsPost(description.HttpMethod ?? "");
        var isRead = HttpMethods.IsGet(description.HttpMethod ?? "");
        var isProtected = metadata.OfType<IAuthorizeData>().Any() || metadata.OfType<AuthorizationPolicy>().Any();
        if (isProtected)
        {
            operation.Security =
            [
                new OpenApiSecurityRequirement
                {
                    [new OpenApiSecuritySchemeReference(SecurityScheme, context.Document)] = [],
                },
            ];
            Refuses(401, ProblemCode.Unauthorized);
            Refuses(403, ProblemCode.Forbidden);
        }

        if (description.RelativePath?.Contains('{', StringComparison.Ordinal) == true)
            Refuses(404, ProblemCode.NotFound);
        Refuses(400, ProblemCode.UnknownParameter, ProblemCode.ValidationFailed);
        Refuses(413, ProblemCode.BodyTooLarge);
        if (operation.RequestBody is not null)
        {
            Refuses(400, ProblemCode.MalformedRequest);
            Refuses(415, ProblemCode.UnsupportedMediaType);
        }
        if (!isRead)
            Refuses(409, ProblemCode.ConcurrentUpdate);

        if (Takes(typeof(PageRequest)))
        {
            Parameter(ParameterLocation.Query, "cursor", "The `nextCursor` of the previous page.", Text());
            Parameter(
                ParameterLocation.Query,
                "limit",
                "The maximum number of items.",
                new OpenApiSchema
                {
                    Type = JsonSchemaType.Integer,
                    Format = "int32",
                    Minimum = "1",
                    Maximum = PageRequest.MaxLimit.ToString(CultureInfo.InvariantCulture),
                    Default = JsonValue.Create(PageRequest.DefaultLimit),
                }
            );
        }

        if (Takes(typeof(LastEventId)))
        {
            Parameter(
                ParameterLocation.Header,
                LastEventId.Header,
                "The `id` of the last event seen: the stream continues after it, without a gap.",
                new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int64" }
            );
            Parameter(
                ParameterLocation.Query,
                LastEventId.Parameter,
                "The same as the header, for clients that cannot set headers. If both are sent, the header is used.",
                new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int64" }
            );
        }
        if (isPost)
        {
            Parameter(
                ParameterLocation.Header,
                "Idempotency-Key",
                "Names this request, so that retrying it is safe: visible ASCII. A key belongs to its caller. "
                    + "An outcome (2xx) is kept for 24 hours and replayed with `Idempotency-Replayed: true`. A refusal "
                    + "(4xx) is not kept: the next request with the key is a new one. After a 5xx, retry with the same key. "
                    + "Two requests are the same if method, path and query are equal and the bodies mean the same: order "
                    + "of members, white space, spelling of numbers, and null or unknown members make no difference. "
                    + "Another request with a kept key is answered 422 `idempotency_key_reused`.",
                Text(1, 255)
            );
            Refuses(409, ProblemCode.RequestInProgress, ProblemCode.AnswerNotKept);
            Refuses(422, ProblemCode.IdempotencyKeyReused);
        }

        Refuses(500, ProblemCode.InternalError, ProblemCode.EventUnreadable, ProblemCode.ArchiveUnreadable);
        Refuses(429, ProblemCode.RateLimited);
        Refuses(503, ProblemCode.Unavailable, ProblemCode.RequestTimeout, ProblemCode.NotYetVisible);
        foreach (var own in metadata.OfType<EndpointProblems>())
            Refuses(own.Status, own.Codes);

        operation.Responses ??= [];
        foreach (var (status, codes) in problems)
            operation.Responses[status.ToString(CultureInfo.InvariantCulture)] = new OpenApiResponse
            {
                Description = string.Join(", ", codes.Select(code => $"`{code}`")),
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    ["application/problem+json"] = new() { Schema = ProblemWith(codes, context.Document) },
                },
            };
        await DescribeAlternatives(operation, context, cancellationToken);

        void Refuses(int status, params string[] codes)
        {
            if (!problems.TryGetValue(status, out var known))
                problems[status] = known = [];
            known.AddRange(codes.Except(known).ToArray());
        }

        void Parameter(ParameterLocation location, string name, string text, OpenApiSchema schema)
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(
                new OpenApiParameter
                {
                    In = location,
                    Name = name,
                    Description = text,
                    Schema = schema,
                }
            );
        }
    }

    /// <summary>
    /// Describes a response of one status that has one of several types. The framework would describe only the last.
    /// </summary>
    static async Task DescribeAlternatives(
        OpenApiOperation operation,
        OpenApiOperationTransformerContext context,
        CancellationToken cancellationToken
    )
    {
        var responses = context
            .Description.ActionDescriptor.EndpointMetadata.OfType<IProducesResponseTypeMetadata>()
            .Where(response => response.StatusCode < 300 && response.Type is not null);
        foreach (var status in responses.GroupBy(response => response.StatusCode))
        {
            if (status.Select(response => response.Type).Distinct().Count() < 2)
                continue;
            var content = operation.Responses![status.Key.ToString(CultureInfo.InvariantCulture)].Content!;
            foreach (
                var mediaType in status.SelectMany(response => response.ContentTypes).Distinct(StringComparer.Ordinal)
            )
            {
                List<IOpenApiSchema> schemas = [];
                foreach (
                    var type in status
                        .Where(response => response.ContentTypes.Contains(mediaType))
                        .Select(TypeOf)
                        .Distinct()
                )
                    schemas.Add(await SchemaOf(type, context, cancellationToken));
                content[mediaType] = new OpenApiMediaType
                {
                    Schema = schemas is [var only] ? only : new OpenApiSchema { OneOf = schemas },
                };
            }
        }

        static Type TypeOf(IProducesResponseTypeMetadata response) => response.Type!;
    }

    static async Task<IOpenApiSchema> SchemaOf(
        Type type,
        OpenApiOperationTransformerContext context,
        CancellationToken cancellationToken
    )
    {
        if (type.IsArray)
            return new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                Items = await SchemaOf(type.GetElementType()!, context, cancellationToken),
            };
        var name = NameOf(type);
        context.Document!.AddComponent(name, await context.GetOrCreateSchemaAsync(type, null, cancellationToken));
        return new OpenApiSchemaReference(name, context.Document);
    }

    static OpenApiSchema ProblemWith(List<string> codes, OpenApiDocument? document) =>
        new()
        {
            AllOf =
            [
                new OpenApiSchemaReference(ProblemSchema, document),
                new OpenApiSchema
                {
                    Properties = new Dictionary<string, IOpenApiSchema>
                    {
                        ["code"] = new OpenApiSchema
                        {
                            Enum = [.. codes.Select(code => (JsonNode)JsonValue.Create(code))],
                        },
                    },
                },
            ],
        };

    static OpenApiSchema Text(int? min = null, int? max = null) =>
        new()
        {
            Type = JsonSchemaType.String,
            MinLength = min,
            MaxLength = max,
        };

    /// <summary>Describes what each converter reads and writes, which the exporter cannot detect.</summary>
    static Task DescribeType(
        OpenApiSchema schema,
        OpenApiSchemaTransformerContext context,
        CancellationToken cancellationToken
    )
    {
        var type = context.JsonTypeInfo.Type;
        // The exporter marks every parameter of a constructor as required, even one that the serializer allows to be absent.
        foreach (var member in context.JsonTypeInfo.Properties)
            if (!member.IsRequired)
                schema.Required?.Remove(member.Name);
        var actual = Nullable.GetUnderlyingType(type) ?? type;
        var mayBeNull = actual != type || (!type.IsValueType && context.JsonPropertyInfo?.IsGetNullable == true);
        var orNull = mayBeNull ? JsonSchemaType.Null : default;
        if (actual == typeof(string))
            schema.Type = JsonSchemaType.String | orNull;
        else if (actual == typeof(double))
            (schema.Type, schema.Format) = (JsonSchemaType.Number | orNull, "double");
        else if (actual == typeof(DateTimeOffset))
            (schema.Type, schema.Format) = (JsonSchemaType.String | orNull, "date-time");
        else if (actual.IsEnum)
        {
            schema.Type = JsonSchemaType.String | orNull;
            schema.Enum = [.. EnumConverterFactory.Names(actual).Select(name => (JsonNode)JsonValue.Create(name))];
        }
        else if (actual == typeof(Money))
        {
            schema.Type = JsonSchemaType.Object;
            schema.Description = "An amount of money: a decimal string, so that no reader rounds it, and a currency.";
            schema.Required = new HashSet<string> { "amount", "currency" };
            schema.Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["amount"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.String,
                    Pattern = @"^-?\d+(\.\d+)?$",
                    Examples = [JsonValue.Create("12.40")],
                },
                ["currency"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.String,
                    Pattern = "^[A-Z]{3}$",
                    Examples = [JsonValue.Create("EUR")],
                },
            };
        }
        else if (actual == typeof(Place) && schema.Properties is { } place)
        {
            schema.Description = "A point on the map (WGS 84), in degrees.";
            Bound(place, "lat", "90");
            Bound(place, "lng", "180");
        }

        return Task.CompletedTask;

        static void Bound(IDictionary<string, IOpenApiSchema> properties, string name, string degrees)
        {
            if (properties.TryGetValue(name, out var property) && property is OpenApiSchema bounded)
                (bounded.Minimum, bounded.Maximum) = ($"-{degrees}", degrees);
        }
    }
}
