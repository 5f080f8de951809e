using System.Text.RegularExpressions;

namespace RideBooking.Tests.Documentation;

/// <summary>Code and documentation use the field's words. The texts of the OpenAPI document are in the code.</summary>
public sealed class PlainEnglishTests
{
    /// <summary>What not to write, as an expression, and what to write instead.</summary>
    static readonly (string Banned, string Instead)[] s_words =
    [
        (@"\bfor ever\b", "permanently"),
        (@"\b[wW]hoever\b", "the actor: the caller, the consumer, the sweeper"),
        (@"\b([hH]e|[hH]is|him)\b", "they, their, them"),
        (@"\b(is|are) away\b", "is unavailable"),
        (@"\b[sS]ay again\b|\bSayAgain\b", "republish, Republish"),
        (@"\b[sS]et aside\b|\bSetAside\w*", "dead-letter, DeadLetter…"),
        (@"\bTellRide\b|\bTurnAway\b|\bUnseat\b", "RideCommands, RejectDriver, UnassignDriver"),
        (@"\b(Most|Longest|Shortest)(Messages|Bytes|Look|Backoff|Text|AtOnce|Name)\b", "Max…, Min…"),
        (@"\bInboxMark\b|\bSeenMessages\b|\bOutboxLanes\b", "InboxEntry, InboxCache, OutboxOrdering"),
        (@"\bCancellationToken stop\b", "CancellationToken cancellationToken"),
    ];

    public static TheoryData<string, string> Words => [.. s_words];

    [Theory, MemberData(nameof(Words))]
    public void Is_not_written(string banned, string instead)
    {
        var word = new Regex(banned);
        var repository = GeneratedPage.Repository();

        var files = Files(repository).ToList();
        var found = files
            .SelectMany(file =>
                File.ReadLines(file)
                    .Select((line, index) => (Line: line, Number: index + 1))
                    .Where(line => word.IsMatch(line.Line))
                    .Select(line => $"{Path.GetRelativePath(repository, file)}:{line.Number}: {line.Line.Trim()}")
            )
            .ToList();

        files.Count.ShouldBeGreaterThan(500);
        found.ShouldBeEmpty($"write instead: {instead}");
    }

    static IEnumerable<string> Files(string repository) =>
        Directory
            .EnumerateFiles(Path.Combine(repository, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !Regex.IsMatch(file, @"[/\\](bin|obj|RideBooking\.Migrations)[/\\]"))
            .Concat(Directory.EnumerateFiles(Path.Combine(repository, "docs"), "*.md", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles(repository, "*.md"));
}
