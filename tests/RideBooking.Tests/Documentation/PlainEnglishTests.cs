using System.Text.Json;
using System.Text.RegularExpressions;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Documentation;

/// <summary>Code, tests, scripts, settings, documentation and the OpenAPI document use the field's words.</summary>
public sealed partial class PlainEnglishTests(EmbeddedHost host) : IClassFixture<EmbeddedHost>
{
    /// <summary>What not to write, as an expression, and what to write instead.</summary>
    static readonly (string Banned, string Instead)[] s_words =
    [
        (@"\bfor ever\b", "permanently"),
        (@"\bby itself\b", "automatically"),
        (@"\bto be had\b", "available"),
        (@"\banew\b", "again, from the start; regenerate, recreate"),
        (@"\b[tT]old\b", "notified; knows, learns"),
        (@"\b([wW]hoever|[nN]obody)\b", "the actor: the caller, the consumer, the sweeper; no driver, no host"),
        (@"\b([hH]e|[hH]is|him)\b", "they, their, them"),
        (@"\b([sS]he|[hH]er|[hH]ers)\b", "they, their, them, theirs"),
        (@"\b(is|are) away\b", "is unavailable"),
        (@"\b[sS]ay again\b|\bSayAgain\b", "republish, Republish"),
        (@"\b[sS]et aside\b|\b[sS]etAside\w*", "dead-letter, DeadLetter…"),
        (@"\bTellRide\b|\bTurnAway\b|\bUnseat\b", "RideCommands, RejectDriver, UnassignDriver"),
        (@"\b(Most|Longest|Shortest)(Messages|Bytes|Look|Backoff|Text|AtOnce|Name)\b", "Max…, Min…"),
        (@"\bInboxMark\b|\bSeenMessages\b|\bOutboxLanes\b", "InboxEntry, InboxCache, OutboxOrdering"),
        (@"\b[fF]igures\b", "metrics, statistics, amounts"),
        (@"\b(s_)?[pP]atien(ce|t)\b", "timeout"),
        (@"\botherwise:", "defaultValue:"),
        (@"\bvar marks\b|\bmarks\.|\bmark =>", "entries, entry"),
        (@"\bException away\b", "exception, or its kind: conflict, timeout"),
        (@"\bCancellationToken (stop|stopping|cancel|end)\b", "CancellationToken cancellationToken"),
    ];

    static readonly string s_repository = GeneratedPage.Repository();
    static readonly string[] s_files = [.. Files()];

    public static TheoryData<string, string> Words => [.. s_words];

    [Theory, MemberData(nameof(Words))]
    public void Is_not_written_in_code_and_documentation(string banned, string instead)
    {
        var word = new Regex(banned);
        var found = s_files
            .SelectMany(file =>
                File.ReadLines(file)
                    .Select((line, index) => (Line: line, Number: index + 1))
                    .Where(line => word.IsMatch(line.Line))
                    .Select(line => $"{Path.GetRelativePath(s_repository, file)}:{line.Number}: {line.Line.Trim()}")
            )
            .ToList();

        s_files.Length.ShouldBeGreaterThan(500);
        found.ShouldBeEmpty($"write instead: {instead}");
    }

    // Some texts of the document are composed, so no line of code has them.
    [Theory, MemberData(nameof(Words))]
    public async Task Is_not_written_in_the_OpenAPI_document(string banned, string instead)
    {
        using var client = host.CreateClient();
        var document = await client.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken);
        using var json = JsonDocument.Parse(document);
        var texts = Texts(json.RootElement).ToList();

        texts.Count.ShouldBeGreaterThan(100);
        texts.Where(text => Regex.IsMatch(text, banned)).ShouldBeEmpty($"write instead: {instead}");
    }

    static IEnumerable<string> Files() =>
        new (string Folder, string Kind)[]
        {
            ("src", "*.cs"),
            ("src", "*.md"),
            ("tests", "*.cs"),
            ("docs", "*.md"),
            ("infra", "*.md"),
            ("templates", "*.md"),
            ("", "*.sh"),
            ("", "*.yml"),
            ("", "*.props"),
            ("", "*.targets"),
            ("", "*.csproj"),
        }
            .SelectMany(part =>
                Directory.EnumerateFiles(
                    Path.Combine(s_repository, part.Folder),
                    part.Kind,
                    SearchOption.AllDirectories
                )
            )
            .Where(file => !NotWritten().IsMatch(Path.GetRelativePath(s_repository, file)))
            .Where(file => Path.GetFileName(file) != $"{nameof(PlainEnglishTests)}.cs")
            .Concat(Directory.EnumerateFiles(s_repository, "*.md"))
            .Append(Path.Combine(s_repository, ".ci", "run"));

    /// <summary>The summaries and descriptions below an element, and the names of its tags.</summary>
    static IEnumerable<string> Texts(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.Object => element
                .EnumerateObject()
                .SelectMany(member =>
                    member is { Name: "summary" or "description" or "title", Value.ValueKind: JsonValueKind.String }
                        ? [member.Value.GetString()!]
                    : member is { Name: "tags", Value.ValueKind: JsonValueKind.Array }
                        ? member.Value.EnumerateArray().SelectMany(tag => Strings(tag).Concat(Texts(tag)))
                    : Texts(member.Value)
                ),
            JsonValueKind.Array => element.EnumerateArray().SelectMany(Texts),
            _ => [],
        };

    static IEnumerable<string> Strings(JsonElement tag) =>
        tag.ValueKind == JsonValueKind.String ? [tag.GetString()!] : [tag.GetProperty("name").GetString()!];

    [GeneratedRegex(@"(^|[/\\])(\.git|artifacts|bin|obj|node_modules|RideBooking\.Migrations)[/\\]")]
    private static partial Regex NotWritten();
}
