using System.Text.RegularExpressions;

namespace RideBooking.Tests.Documentation;

/// <summary>
/// The README's layout lists the projects, docs/architecture.md the interfaces between modules, and the tests' folders mirror
/// those of <c>src</c>.
/// </summary>
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

    // Folders of the tests that mirror none of src.
    static readonly string[] s_foldersOfTheirOwn =
    [
        // Tests of the repository: references between projects, and the documents.
        "Architecture",
        "Documentation",
        // Tests of tests/RideBooking.Benchmarks.
        "Benchmarks",
        // Two modules together, in memory; the integration tests have the same folder for the same scenarios on servers.
        "Scenarios",
        // RideBooking.MassTransit.*: a folder MassTransit would be a namespace that hides MassTransit's own.
        "MassTransitOnEntityFramework",
        // Compiled into the integration tests, too.
        "MassTransitOnEntityFramework/Conformance",
        "MassTransitOnQuartz",
    ];

    [Fact]
    public void Every_folder_of_the_tests_mirrors_a_folder_of_src()
    {
        var tests = Path.Combine(GeneratedPage.Repository(), "tests", "RideBooking.Tests");
        var src = Path.Combine(GeneratedPage.Repository(), "src");
        Directory
            .EnumerateFiles(tests, "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(tests, Path.GetDirectoryName(file)!))
            .Where(folder => folder.Split('/')[0] is not ("." or "bin" or "obj"))
            .Distinct()
            .Where(folder =>
                !Directory.Exists(Path.Combine(src, $"RideBooking.{folder}"))
                && !Directory.Exists(Path.Combine(src, "Modules", $"RideBooking.{folder}"))
            )
            .ShouldBe(s_foldersOfTheirOwn, ignoreOrder: true);
    }

    static Task<string> Read(string path) =>
        File.ReadAllTextAsync(Path.Combine(GeneratedPage.Repository(), path), TestContext.Current.CancellationToken);

    [GeneratedRegex(@"(?<=^  )RideBooking\.[\w.]+", RegexOptions.Multiline)]
    private static partial Regex Project();

    [GeneratedRegex(@"^\| `(I\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex Interface();
}
