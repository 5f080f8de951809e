using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.Host;
using RideBooking.Schemas;
using RideBooking.Schemas.Export;

namespace RideBooking.Tests.Documentation;

/// <summary>docs/events.md, generated from the records of Contracts, their documentation and their consumers.</summary>
public sealed class EventCatalogueTests
{
    static readonly IReadOnlyList<EventConsumer> s_consumers = new EventUsage(
        Modules.All.Select(module => module.GetType().Assembly)
    ).Consumers;

    [Fact]
    public Task Is_what_the_code_says() =>
        GeneratedPage.ShouldBeCurrent("docs/events.md", Page(), nameof(EventCatalogueTests));

    [Fact]
    public void Explains_every_event_and_every_field()
    {
        foreach (var type in EventCatalogue.Published.All.Select(e => e.Type))
        {
            DocumentationComments.Of(type).ShouldNotBeNullOrWhiteSpace(type.Name);
            foreach (var field in Fields(type))
                DocumentationComments.Of(type, field.Name!).ShouldNotBeNullOrWhiteSpace($"{type.Name}.{field.Name}");
        }
    }

    [Fact]
    public void Knows_when_each_event_happened() =>
        EventCatalogue.Published.All.ShouldAllBe(e => e.Type.GetProperty("At") != null);

    [Fact]
    public void Finds_every_event_in_the_module_that_it_names_as_publisher()
    {
        var modules = Path.Combine(GeneratedPage.Repository(), "src", "Modules");
        var sources = Directory
            .GetDirectories(modules)
            .ToDictionary(
                module => Path.GetFileName(module).Split('.')[^1],
                module =>
                    string.Concat(
                        Directory.EnumerateFiles(module, "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText)
                    ),
                StringComparer.OrdinalIgnoreCase
            );

        // Created by name, or by a method that returns it.
        Newest.ShouldAllBe(e =>
            Regex.IsMatch(
                sources[e.Source],
                $@"\bnew {e.Type.Name}\(|\b{e.Type.Name} \w+\([^;{{}}]*\)\s*=>\s*new\(",
                RegexOptions.None,
                TimeSpan.FromSeconds(10)
            )
        );
    }

    static IEnumerable<EventType> Newest =>
        EventCatalogue.Published.All.Where(e => EventCatalogue.Published.VersionsOf(e.Name)[^1] == e);

    static string Page()
    {
        var events = Newest
            .OrderBy(e => e.Source, StringComparer.Ordinal)
            .ThenBy(e => e.Name, StringComparer.Ordinal)
            .ToList();
        var page = new StringBuilder(
            $"""
            # Events

            Events between modules, generated from `src/RideBooking.Contracts` and the consumers by a test that fails when this
            page is stale. Regenerate it with
            `{GeneratedPage.Command(nameof(EventCatalogueTests))}`.

            Every event is published through the outbox and appended to the event log in the same transaction, in the envelope
            that `GET /api/v1/rides/{"{id}"}/history` and `GET /api/v1/events` show. Its stream is the ride's unless noted. A
            record never changes meaning: a new version is a new record. The page shows the newest version;
            [schemas.md](schemas.md#versions) explains how consumers and producers of different versions meet.

            | event | says | from | to |
            |---|---|---|---|

            """
        );
        foreach (var e in events)
            page.Append(
                $"| [{e.Name}](#{Anchor(e)}) | {Cell(DocumentationComments.Of(e.Type))} | {e.Source} | {Consumers(e.Type)} |\n"
            );

        foreach (var e in events)
        {
            page.Append($"\n## {e.Name}\n\nVersion {e.Version}, from {e.Source}");
            page.Append(e.StreamProperty == "rideId" ? ".\n" : $"; its stream is the {e.StreamProperty}'s.\n");
            page.Append($"\n{ConsumersByModule(e.Type)}\n");
            page.Append("\n| field | type | meaning |\n|---|---|---|\n");
            foreach (var field in Fields(e.Type))
                page.Append(
                    $"| {JsonNamingPolicy.CamelCase.ConvertName(field.Name!)} | {TypeName(field)} | {Cell(DocumentationComments.Of(e.Type, field.Name!))} |\n"
                );
            foreach (var older in EventCatalogue.Published.VersionsOf(e.Name)[..(e.Version - 1)].Reverse())
                page.Append($"\n{Difference(older, e)}\n");
        }
        return page.ToString();
    }

    // What a reader of the page must know about an older version: the names that only one of the two has.
    static string Difference(EventType older, EventType newest)
    {
        var (before, now) = (Names(older), Names(newest));
        var parts = new List<string>();
        if (now.Except(before).ToList() is { Count: > 0 } added)
            parts.Add($"has no {string.Join(", ", added)}");
        if (before.Except(now).ToList() is { Count: > 0 } renamed)
            parts.Add($"has {string.Join(", ", renamed)}, which later versions still write for its consumers");
        return $"Version {older.Version} {string.Join(", and ", parts)}.";

        static IEnumerable<string> Names(EventType e) =>
            Fields(e.Type).Select(field => $"`{JsonNamingPolicy.CamelCase.ConvertName(field.Name!)}`");
    }

    static string Consumers(Type type) =>
        string.Join(
            ", ",
            s_consumers.Where(c => c.Event == type).Select(c => c.Module).Distinct().Order(StringComparer.Ordinal)
        );

    static string ConsumersByModule(Type type)
    {
        var modules = s_consumers
            .Where(c => c.Event == type)
            .GroupBy(c => c.Module, c => $"`{c.Consumer}`")
            .OrderBy(module => module.Key, StringComparer.Ordinal)
            .Select(module => $"{module.Key}: {string.Join(", ", module.Order(StringComparer.Ordinal))}")
            .ToList();
        return modules.Count == 0
            ? "No module consumes it; it is in the event log."
            : $"Consumers: {string.Join("; ", modules)}.";
    }

    static string Anchor(EventType e) => e.Name.ToLowerInvariant();

    static ParameterInfo[] Fields(Type type) => type.GetConstructors().Single().GetParameters();

    static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    static string TypeName(ParameterInfo field)
    {
        var nullable = new NullabilityInfoContext().Create(field).ReadState == NullabilityState.Nullable;
        return TypeName(Nullable.GetUnderlyingType(field.ParameterType) ?? field.ParameterType)
            + (nullable ? ", may be null" : "");
    }

    static string TypeName(Type type) =>
        type switch
        {
            _ when type == typeof(Guid) => "UUID",
            _ when type == typeof(DateTimeOffset) => "instant",
            _ when type == typeof(string) => "text",
            _ when type == typeof(int) => "whole number",
            _ when type == typeof(bool) => "true or false",
            _ when type == typeof(Money) => "money",
            _ when type.IsGenericType => $"list of {TypeName(type.GetGenericArguments()[0])}",
            _ => type.Name,
        };
}
