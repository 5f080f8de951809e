using System.Text.RegularExpressions;

namespace RideBooking.Tests.Documentation;

public sealed partial class SettingsTests
{
    [Fact]
    public async Task Are_all_explained_to_the_operator()
    {
        var repository = GeneratedPage.Repository();
        var page = await File.ReadAllTextAsync(
            Path.Combine(repository, "docs", "operating", "settings.md"),
            TestContext.Current.CancellationToken
        );
        var explained = Row().Matches(page).SelectMany(row => Key().Matches(row.Value)).Select(Name).ToHashSet();

        var read = Directory
            .EnumerateFiles(Path.Combine(repository, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !NotWritten().IsMatch(file))
            .SelectMany(file => Literal().Matches(File.ReadAllText(file)))
            .Select(Name)
            .ToHashSet();

        read.Count.ShouldBeGreaterThan(15);
        read.Except(explained).ShouldBeEmpty("docs/operating/settings.md lacks settings that the code reads");
        explained.Except(read).ShouldBeEmpty("docs/operating/settings.md has settings that the code does not read");
    }

    static string Name(Match match) => match.Groups["name"].Value;

    /// <summary>A setting's name in the code: "Section:Key", or with sections in the section. Those of .NET's logging are not ours.</summary>
    [GeneratedRegex("\"(?!Logging:)(?<name>[A-Z][A-Za-z]+(:[A-Z][A-Za-z]+)+)\"")]
    private static partial Regex Literal();

    [GeneratedRegex("^\\| `[A-Z].*$", RegexOptions.Multiline)]
    private static partial Regex Row();

    /// <summary>A setting's name in the first column of a row.</summary>
    [GeneratedRegex("(?<=^[^|]*\\|[^|]*)`(?<name>[A-Z][A-Za-z]+(:[A-Z][A-Za-z]+)+)`")]
    private static partial Regex Key();

    [GeneratedRegex("[/\\\\](bin|obj|RideBooking\\.Migrations)[/\\\\]")]
    private static partial Regex NotWritten();
}
