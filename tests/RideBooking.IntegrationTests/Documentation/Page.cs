using System.Text.RegularExpressions;

namespace RideBooking.IntegrationTests.Documentation;

/// <summary>A page of the documentation, and the code on it.</summary>
sealed partial class Page
{
    readonly string _path;
    readonly string _text;

    Page(string path, string text) => (_path, _text) = (path, text);

    /// <summary>The folder of the repository that the tests run in.</summary>
    public static string Repository { get; } = Find();

    /// <summary>Reads a page.</summary>
    /// <param name="path">The page's path in the repository.</param>
    public static async Task<Page> Read(string path) =>
        new(path, await File.ReadAllTextAsync(Path.Combine(Repository, path), TestContext.Current.CancellationToken));

    /// <summary>Returns the shell commands between the comments <c>walk-through</c>, as one script.</summary>
    public string WalkThrough()
    {
        var blocks = WalkThroughs().Matches(_text).SelectMany(part => BlocksOf("sh", part.Value)).ToList();
        blocks.Count.ShouldBeGreaterThan(2, _path);
        return string.Join('\n', blocks);
    }

    /// <summary>Returns the code blocks of a language in a section, with the subsections.</summary>
    /// <param name="language">The language, as after the fence.</param>
    /// <param name="heading">The heading of the section, of the second level.</param>
    public IReadOnlyList<string> Blocks(string language, string heading)
    {
        var section = _text.Split($"\n## {heading}\n")[1].Split("\n## ")[0];
        return [.. BlocksOf(language, section)];
    }

    // A block in a list is indented.
    static IEnumerable<string> BlocksOf(string language, string text) =>
        Block()
            .Matches(text)
            .Where(block => block.Groups["language"].Value == language)
            .Select(block =>
                Regex.Replace(
                    block.Groups["code"].Value,
                    $"^{block.Groups["indent"].Value}",
                    "",
                    RegexOptions.Multiline
                )
            );

    static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "README.md")))
            folder =
                folder.Parent ?? throw new DirectoryNotFoundException("The tests do not run inside the repository.");
        return folder.FullName;
    }

    [GeneratedRegex("<!-- walk-through.*?<!-- end of the walk-through -->", RegexOptions.Singleline)]
    private static partial Regex WalkThroughs();

    [GeneratedRegex(
        @"^(?<indent> *)```(?<language>[a-z]+)\n(?<code>.*?)^\k<indent>```$",
        RegexOptions.Singleline | RegexOptions.Multiline
    )]
    private static partial Regex Block();
}
