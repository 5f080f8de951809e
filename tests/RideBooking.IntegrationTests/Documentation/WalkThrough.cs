using System.Text.RegularExpressions;

namespace RideBooking.IntegrationTests.Documentation;

/// <summary>The shell commands of a page that a reader types one after the other.</summary>
static partial class WalkThrough
{
    /// <summary>Every block of shell commands between the page's two marks, as one script.</summary>
    /// <param name="page">The page's path in the repository.</param>
    public static async Task<string> Of(string page)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "README.md")))
            folder =
                folder.Parent ?? throw new DirectoryNotFoundException("The tests do not run inside the repository.");
        var text = await File.ReadAllTextAsync(
            Path.Combine(folder.FullName, page),
            TestContext.Current.CancellationToken
        );
        var part = Part().Match(text).Value;
        var blocks = Block().Matches(part).Select(block => block.Groups["commands"].Value).ToList();
        blocks.Count.ShouldBeGreaterThan(5);
        return string.Join('\n', blocks);
    }

    [GeneratedRegex("<!-- walk-through.*<!-- end of the walk-through -->", RegexOptions.Singleline)]
    private static partial Regex Part();

    [GeneratedRegex("^```sh\n(?<commands>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();
}
