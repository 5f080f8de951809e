using System.Text.RegularExpressions;

namespace RideBooking.Tests.Documentation;

/// <summary>The README's layout lists the projects, and docs/architecture.md the interfaces between modules.</summary>
public sealed partial class LayoutTests
{
    [Theory]
    [InlineData("src")]
    [InlineData("src/Modules")]
    [InlineData("tests")]
    public async Task The_README_lists_every_project(string folder)
    {
        var layout = (await Read("README.md")).Split("## Layout")[1].Split("```")[1];
        var listed = Regex.Match(layout, $@"^{folder}/\n(?<projects>(  .*\n)+)", RegexOptions.Multiline);

        Project()
            .Matches(listed.Groups["projects"].Value)
            .Select(project => project.Value)
            .ShouldBe(
                Directory
                    .GetDirectories(Path.Combine(GeneratedPage.Repository(), folder), "RideBooking.*")
                    .Select(project => Path.GetFileName(project)),
                ignoreOrder: true
            );
    }

    [Fact]
    public async Task The_architecture_lists_every_interface_between_modules()
    {
        var section = (await Read("docs/architecture.md")).Split("### What modules ask each other")[1].Split("\n## ")[
            0
        ];

        Interface()
            .Matches(section)
            .Select(row => row.Groups[1].Value)
            .ShouldBe(
                Directory
                    .GetFiles(Path.Combine(GeneratedPage.Repository(), "src", "RideBooking.Contracts", "Seams"), "*.cs")
                    .Select(file => Path.GetFileNameWithoutExtension(file)),
                ignoreOrder: true
            );
    }

    static Task<string> Read(string path) =>
        File.ReadAllTextAsync(Path.Combine(GeneratedPage.Repository(), path), TestContext.Current.CancellationToken);

    [GeneratedRegex(@"(?<=^  )RideBooking\.[\w.]+", RegexOptions.Multiline)]
    private static partial Regex Project();

    [GeneratedRegex(@"^\| `(I\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex Interface();
}
