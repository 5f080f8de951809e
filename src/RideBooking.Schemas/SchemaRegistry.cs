using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using RideBooking.Contracts;

namespace RideBooking.Schemas;

/// <summary>A released version of an event.</summary>
/// <param name="Id">The number of the schema, which never changes and is never given to another.</param>
/// <param name="Subject">The event.</param>
/// <param name="Version">The version, from 1.</param>
/// <param name="Fingerprint">The hash of what the schema says about values, which never changes either.</param>
internal sealed record ReleasedVersion(int Id, string Subject, int Version, string Fingerprint);

/// <summary>A released version with its schema.</summary>
/// <param name="Released">The version.</param>
/// <param name="Text">The schema, as checked in.</param>
internal sealed record RegisteredSchema(ReleasedVersion Released, string Text)
{
    public int Id => Released.Id;

    public string Subject => Released.Subject;

    public int Version => Released.Version;

    /// <summary>Returns the schema as JSON, which a caller must not share with others: reading it is not thread-safe.</summary>
    public JsonObject Parse() => JsonNode.Parse(Text)!.AsObject();

    /// <summary>Whether it says the same about values as another schema.</summary>
    public bool HasMeaningOf(JsonNode schema) => Released.Fingerprint == SchemaMeaning.Fingerprint(schema);
}

/// <summary>The schemas of all released versions of all events.</summary>
/// <remarks>
/// The file <c>registry.json</c> lists the versions. Lines are added to it and never changed, so ids are the same in every
/// build and every installation, without a database.
/// </remarks>
internal sealed class SchemaRegistry
{
    /// <summary>The file that lists the versions.</summary>
    public const string Index = "registry.json";

    static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter<CompatibilityLevel>(JsonNamingPolicy.SnakeCaseUpper) },
    };

    readonly Contents _contents;

    SchemaRegistry(Func<string, string?> read)
    {
        _contents = read(Index) is { } index
            ? JsonSerializer.Deserialize<Contents>(index, s_json)!
            : new Contents(CompatibilityLevel.FullTransitive, [], []);
        Schemas =
        [
            .. _contents
                .Versions.Select(version =>
                    read(PathOf(version.Subject, version.Version)) is { } text
                        ? new RegisteredSchema(version, text)
                        : null
                )
                .OfType<RegisteredSchema>(),
        ];
    }

    /// <summary>The registry that this build contains.</summary>
    public static SchemaRegistry OfThisBuild { get; } = new(ReadResource);

    /// <summary>Reads the registry from the folder in which it is checked in.</summary>
    public static SchemaRegistry In(string folder) =>
        new(path => Path.Combine(folder, path) is var file && File.Exists(file) ? File.ReadAllText(file) : null);

    /// <summary>All released versions, by id.</summary>
    public IReadOnlyList<ReleasedVersion> Versions => _contents.Versions;

    /// <summary>All schemas, by id.</summary>
    public IReadOnlyList<RegisteredSchema> Schemas { get; }

    /// <summary>The level of events without one of their own.</summary>
    public CompatibilityLevel DefaultLevel => _contents.CompatibilityLevel;

    /// <summary>Returns the schemas of an event, oldest first; none for an event that does not exist.</summary>
    public IReadOnlyList<RegisteredSchema> Of(string subject) =>
        [.. Schemas.Where(schema => schema.Subject == subject).OrderBy(schema => schema.Version)];

    /// <summary>Returns the level that applies to an event.</summary>
    public CompatibilityLevel LevelOf(string subject) => _contents.Subjects.GetValueOrDefault(subject, DefaultLevel);

    /// <summary>Returns the text of <c>registry.json</c> with more versions, one in a line.</summary>
    public string IndexWith(IEnumerable<ReleasedVersion> added)
    {
        var versions = Versions.Concat(added).Select(version => $"    {JsonSerializer.Serialize(version, s_json)}");
        return $$"""
            {
              "compatibilityLevel": {{JsonSerializer.Serialize(DefaultLevel, s_json)}},
              "subjects": {{JsonSerializer.Serialize(_contents.Subjects, s_json)}},
              "versions": [
            {{string.Join(",\n", versions)}}
              ]
            }

            """.ReplaceLineEndings("\n");
    }

    /// <summary>Returns the path of a schema in the registry's folder.</summary>
    public static string PathOf(string subject, int version) => $"{subject}/v{version}.json";

    static string? ReadResource(string path)
    {
        using var stream = typeof(EventAttribute).Assembly.GetManifestResourceStream($"Schemas/{path}");
        return stream is null ? null : new StreamReader(stream).ReadToEnd();
    }

    /// <param name="CompatibilityLevel">The level of events without one of their own.</param>
    /// <param name="Subjects">The levels of events that have one of their own.</param>
    /// <param name="Versions">The released versions.</param>
    sealed record Contents(
        CompatibilityLevel CompatibilityLevel,
        SortedDictionary<string, CompatibilityLevel> Subjects,
        List<ReleasedVersion> Versions
    );
}
