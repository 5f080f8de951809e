using System.Text.RegularExpressions;

namespace RideBooking.Tests.Documentation;

/// <summary>
/// C# code in the documentation under a paragraph that links to source files is a quotation of the last of these files.
/// </summary>
public sealed partial class QuotedCodeTests
{
    [Theory]
    [InlineData("developing.md", 12)]
    [InlineData("architecture.md", 1)]
    public async Task Is_as_in_its_file(string page, int count)
    {
        var docs = Path.Combine(GeneratedPage.Repository(), "docs");
        var quotations = Block()
            .Matches(await Read(Path.Combine(docs, page)))
            .Select(block => (Files: Link().Matches(block.Groups["paragraph"].Value), Code: block.Groups["code"].Value))
            .Where(block => block.Files.Count > 0)
            .ToList();

        quotations.Count.ShouldBe(count, "quotations of source files");
        foreach (var (files, code) in quotations)
        {
            var file = files[^1].Groups[1].Value;
            FirstDifference(code, await Read(Path.Combine(docs, file)))
                .ShouldBeNull($"docs/{page} quotes what is not in {file}");
        }
    }

    [Fact]
    public void Is_compared_without_white_space_and_may_omit_parts()
    {
        FirstDifference("Call( one )", "Call(\n    one\n)").ShouldBeNull();
        FirstDifference("first … third", "first second third").ShouldBeNull();
        FirstDifference("first … second", "second first").ShouldBe("second");
    }

    static Task<string> Read(string path) => File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);

    /// <summary>Returns the first part of the code, between omissions (…), that does not follow in the source.</summary>
    static string? FirstDifference(string code, string source)
    {
        source = WhiteSpace().Replace(source, "");
        var position = 0;
        foreach (var part in code.Split('…'))
        {
            var wanted = WhiteSpace().Replace(part, "");
            var found = source.IndexOf(wanted, position, StringComparison.Ordinal);
            if (found < 0)
                return part.Trim();
            position = found + wanted.Length;
        }
        return null;
    }

    [GeneratedRegex(@"(?<paragraph>(?:[^\n]+\n)+)\n```csharp\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"\((\.\./src/[^)]+\.cs)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}
