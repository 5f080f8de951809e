using System.Text.RegularExpressions;

namespace RideBooking.Tests.Documentation;

/// <summary>
/// The README's layout lists the projects, docs/architecture.md the interfaces between modules, the tests' folders mirror
/// those of <c>src</c>, also those of the types that they test, and a file has the name of a type in it.
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

    // Folders of the tests that mirror none of src. The tests of a type may be in them too. RideBooking.MassTransit.* have two of
    // these: a folder MassTransit would be a namespace that hides MassTransit's own.
    public static TheoryData<string, string[]> FoldersOfTheirOwn =>
        new()
        {
            {
                "RideBooking.Tests",
                [
                    // Tests of the repository: references between projects, and the documents.
                    "Architecture",
                    "Documentation",
                    // Tests of tests/RideBooking.Benchmarks.
                    "Benchmarks",
                    // Two modules together, in memory; the integration tests have the same folder for the same scenarios.
                    "Scenarios",
                    "CityDay",
                    "People",
                    "MassTransitOnEntityFramework",
                    "MassTransitOnQuartz",
                ]
            },
            {
                "RideBooking.IntegrationTests",
                [
                    "Benchmarks",
                    "Documentation",
                    // The whole application while servers and processes fail.
                    "FaultInjection",
                    "FaultInjection/Faults",
                    // The servers of the tests, and their tests.
                    "Infrastructure",
                    "InfrastructureTests",
                    "Scenarios",
                    "MassTransitOnEntityFramework",
                    // What holds on every database and transport.
                    "MassTransitOnEntityFramework/Conformance",
                    "MassTransitOnQuartz",
                ]
            },
            {
                "RideBooking.Testing.Tests",
                [
                    // The lab as a whole, and the sagas that it is tried on.
                    "BrokenMachines",
                    "Lab",
                    "Parcels",
                ]
            },
        };

    [Theory]
    [MemberData(nameof(FoldersOfTheirOwn))]
    public void Every_folder_of_the_tests_mirrors_a_folder_of_src(string project, string[] foldersOfTheirOwn)
    {
        var mirrors = Code("src").Select(file => Mirror(project, Folder(file))).ToHashSet();
        Code($"tests/{project}")
            .Select(Folder)
            .Distinct()
            .Where(folder => folder != "" && !mirrors.Contains(folder))
            .ShouldBe(foldersOfTheirOwn, ignoreOrder: true);
    }

    [Theory]
    [MemberData(nameof(FoldersOfTheirOwn))]
    public void The_tests_of_a_type_are_in_the_folder_that_mirrors_that_of_the_type(
        string project,
        string[] foldersOfTheirOwn
    ) =>
        Misplaced(
                project,
                Code($"tests/{project}").Where(file => !foldersOfTheirOwn.Contains(Folder(file))),
                Code("src")
            )
            .ShouldBeEmpty();

    [Theory]
    [InlineData("RideBooking.Tests", "Payments/Gateway/LedgerTests.cs", false)]
    [InlineData("RideBooking.Tests", "Payments/LedgerTests.cs", true)]
    [InlineData("RideBooking.Tests", "Platform/ShortTextTests.cs", false)]
    [InlineData("RideBooking.Tests", "Platform/Http/ShortTextTests.cs", true)]
    [InlineData("RideBooking.Testing.Tests", "Coverage/CoverageTests.cs", false)]
    [InlineData("RideBooking.Testing.Tests", "CoverageTests.cs", true)]
    [InlineData("RideBooking.Tests", "Host/CityTests.cs", false)]
    [InlineData("RideBooking.Tests", "Host/RedriveTests.cs", false)]
    public void A_test_in_another_folder_than_its_type_would_be_found(string project, string test, bool misplaced) =>
        Misplaced(
                project,
                [test],
                [
                    "Modules/RideBooking.Payments/Gateway/Ledger.cs",
                    "RideBooking.Platform/ShortText.cs",
                    "RideBooking.Testing/Coverage/Coverage.cs",
                    // Two types of one name: the test is of one of them.
                    "RideBooking.Cli/ErrorQueues/Redrive.cs",
                    "Modules/RideBooking.Operations/Redrives/Redrive.cs",
                ]
            )
            .Any()
            .ShouldBe(misplaced);

    static IEnumerable<string> Misplaced(string project, IEnumerable<string> tests, IEnumerable<string> src)
    {
        var folders = src.ToLookup(file => Path.GetFileName(file), file => Mirror(project, Folder(file)));
        return tests.Where(test =>
            test.EndsWith("Tests.cs", StringComparison.Ordinal)
            && folders[Path.GetFileName(test).Replace("Tests.cs", ".cs", StringComparison.Ordinal)].ToList()
                is [var folder]
            && folder != Folder(test)
        );
    }

    // Modules/RideBooking.Payments/Gateway is mirrored by Payments/Gateway, and RideBooking.Testing/Coverage, which has a test
    // project of its own, by Coverage.
    static string Mirror(string project, string folder) =>
        Regex.Replace(
            folder,
            project == "RideBooking.Testing.Tests" ? @"^RideBooking\.Testing/?" : @"^(Modules/)?RideBooking\.",
            ""
        );

    static string Folder(string file) => Path.GetDirectoryName(file)!.Replace('\\', '/');

    // The written C# files under a folder of the repository, by their paths in it.
    static IEnumerable<string> Code(string folder)
    {
        var root = Path.Combine(GeneratedPage.Repository(), folder);
        return Directory
            .EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Where(file => !BuildFolder().IsMatch(file))
            .Select(file => Path.GetRelativePath(root, file));
    }

    [Theory]
    [InlineData("src")]
    [InlineData("tests")]
    public void A_file_has_the_name_of_a_type_in_it(string folder) =>
        Directory
            .EnumerateFiles(Path.Combine(GeneratedPage.Repository(), folder), "*.cs", SearchOption.AllDirectories)
            .Where(file => !NotNamedByAType().IsMatch(file))
            // LabEngine.Crashes.cs is a part of the class LabEngine.
            .Where(file => !Declares(File.ReadAllText(file), Path.GetFileName(file).Split('.')[0]))
            .ShouldBeEmpty();

    [Theory]
    [InlineData("public sealed record Page<T>(int Limit);", true)]
    [InlineData("    file static class Page", true)]
    [InlineData("internal sealed class PageRequest;", false)]
    [InlineData("/// <summary>A class Page", false)]
    public void A_file_without_a_type_of_its_name_would_be_found(string source, bool declares) =>
        Declares(source, "Page").ShouldBe(declares);

    [Fact]
    public void A_response_of_several_features_has_a_file_of_its_own() =>
        Code("src")
            .SelectMany(file =>
                SharedView()
                    .Matches(File.ReadAllText(Path.Combine(GeneratedPage.Repository(), "src", file)))
                    .Select(view => view.Groups["name"].Value)
                    .Where(view => view != Path.GetFileNameWithoutExtension(file))
                    .Select(view => $"{view} in {file}")
            )
            .ShouldBeEmpty();

    // RulesTests tests the type Rules, or ErrorQueuesTests the interface IErrorQueues. The rules of the repository and of its
    // documents are no types.
    [Fact]
    public void A_test_class_is_named_after_a_type_or_a_situation()
    {
        var code = new[] { "src", "tests" }
            .SelectMany(root => Code(root).Select(file => Path.Combine(root, file)))
            .ToList();
        var types = code.SelectMany(file =>
                TypeName().Matches(File.ReadAllText(Path.Combine(GeneratedPage.Repository(), file)))
            )
            .Select(type => type.Groups["name"].Value)
            .ToHashSet();
        code.Where(file => file.EndsWith("Tests.cs", StringComparison.Ordinal))
            .Where(file => Path.GetFileName(Folder(file)) is not ("Architecture" or "Documentation"))
            .Select(file => Path.GetFileName(file)[..^"Tests.cs".Length])
            .Where(type => !types.Contains(type) && !types.Contains($"I{type}"))
            .ShouldBeEmpty();
    }

    static bool Declares(string source, string type) =>
        TypeName().Matches(source).Any(declared => declared.Groups["name"].Value == type);

    // What is built or generated; programs, global usings and attributes of an assembly, which have no type to be named after;
    // and the events of a module, which are read together.
    [GeneratedRegex(
        @"[\\/](bin|obj|RideBooking\.Migrations)[\\/]|[\\/](Program|GlobalUsings|AssemblyInfo)\.cs$|RideBooking\.Contracts[\\/]Events[\\/]"
    )]
    private static partial Regex NotNamedByAType();

    // A response is a record named View, in the class of the feature that returns it. One that is not in a class is shared.
    [GeneratedRegex(@"^internal sealed record (?<name>\w+View)\b", RegexOptions.Multiline)]
    private static partial Regex SharedView();

    [GeneratedRegex(@"[\\/](bin|obj)[\\/]")]
    private static partial Regex BuildFolder();

    [GeneratedRegex(
        @"^\s*((public|internal|private|file|static|sealed|abstract|partial|readonly) )*(class|record struct|record|struct|interface|enum) (?<name>\w+)",
        RegexOptions.Multiline
    )]
    private static partial Regex TypeName();

    static Task<string> Read(string path) =>
        File.ReadAllTextAsync(Path.Combine(GeneratedPage.Repository(), path), TestContext.Current.CancellationToken);

    [GeneratedRegex(@"(?<=^  )RideBooking\.[\w.]+", RegexOptions.Multiline)]
    private static partial Regex Project();

    [GeneratedRegex(@"^\| `(I\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex Interface();
}
