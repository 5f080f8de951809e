using System.Text.RegularExpressions;

namespace RideBooking.Tests.Architecture;

/// <summary>
/// The folders of RideBooking.Platform are floors: a folder uses the ones before it in this list, and never one after or
/// beside it, so that it can be read without those above it. The subfolders of a folder do not use each other in a circle.
/// </summary>
public sealed partial class PlatformFloorsTests
{
    static readonly string Platform = Path.Combine(ModuleBoundariesTests.Repository(), "src", "RideBooking.Platform");

    static readonly string[][] s_floors =
    [
        ["Configuration"],
        ["Persistence"],
        ["Messaging", "Security"],
        ["Observability", "Recovery"],
        ["Visibility"],
        ["Http"],
        ["Events"],
        ["Hosting"],
    ];

    [Fact]
    public void Every_folder_of_the_platform_has_a_floor() =>
        Directory
            .GetDirectories(Platform)
            .Select(folder => Path.GetFileName(folder)!)
            .Except(["bin", "obj"])
            .ShouldBe(s_floors.SelectMany(floor => floor), ignoreOrder: true);

    [Fact]
    public void No_folder_uses_one_above_or_beside_it() =>
        s_floors
            .SelectMany(floor => floor)
            .SelectMany(folder =>
                Directory
                    .EnumerateFiles(Path.Combine(Platform, folder), "*.cs", SearchOption.AllDirectories)
                    .SelectMany(file =>
                        Breaches(folder, File.ReadAllText(file)).Select(used => $"{Path.GetFileName(file)} uses {used}")
                    )
            )
            .ShouldBeEmpty();

    [Theory]
    [InlineData("using RideBooking.Platform.Http.Problems;", true)]
    [InlineData("_ = Platform.Http.Health.Ready;", true)]
    [InlineData("using RideBooking.Platform.Security;", true)]
    [InlineData("using RideBooking.Platform.Persistence;", false)]
    [InlineData("using RideBooking.Platform.Messaging.Failures;", false)]
    public void A_use_of_a_floor_above_would_be_found(string source, bool found) =>
        Breaches("Messaging", source).Any().ShouldBe(found);

    [Fact]
    public void No_subfolders_use_each_other_in_a_circle() =>
        s_floors
            .SelectMany(floor => floor)
            .Select(folder => Circle(UsesOfSubfolders(folder)))
            .Where(circle => circle is not null)
            .ShouldBeEmpty();

    [Theory]
    [InlineData("Requests > Problems, Limits > Problems", null)]
    [InlineData("Requests > Problems, Problems > Requests", "Requests > Problems > Requests")]
    [InlineData("OpenApi > Limits, Limits > Requests, Requests > Limits", "Limits > Requests > Limits")]
    [InlineData("OpenApi > Limits, Limits > Requests, Requests > OpenApi", "OpenApi > Limits > Requests > OpenApi")]
    public void A_circle_of_subfolders_would_be_found(string uses, string? circle) =>
        Circle(uses.Split(", ").Select(use => use.Split(" > ")).ToLookup(use => use[0], use => use[1]))
            .ShouldBe(circle);

    // Subfolder by subfolder, the others of the same folder that its files use.
    static ILookup<string, string> UsesOfSubfolders(string folder) =>
        Directory
            .GetDirectories(Path.Combine(Platform, folder))
            .SelectMany(subfolder =>
                Directory
                    .EnumerateFiles(subfolder, "*.cs", SearchOption.AllDirectories)
                    .SelectMany(file => UsedSubfolder().Matches(File.ReadAllText(file)))
                    .Where(match => match.Groups[1].Value == folder)
                    .Select(match => (Subfolder: Path.GetFileName(subfolder), Used: match.Groups[2].Value))
            )
            .Where(use => use.Used != use.Subfolder && Directory.Exists(Path.Combine(Platform, folder, use.Used)))
            .Distinct()
            .ToLookup(use => use.Subfolder, use => use.Used);

    static string? Circle(ILookup<string, string> uses)
    {
        return uses.Select(use => From([use.Key])).FirstOrDefault(circle => circle is not null);

        string? From(string[] path) =>
            uses[path[^1]]
                .Select(used =>
                    used == path[0] ? string.Join(" > ", path.Append(used))
                    : path.Contains(used) ? null
                    : From([.. path, used])
                )
                .FirstOrDefault(circle => circle is not null);
    }

    static IEnumerable<string> Breaches(string folder, string source) =>
        UsedFolder()
            .Matches(source)
            .Select(match => match.Groups[1].Value)
            .Where(used => used != folder && FloorOf(used) >= FloorOf(folder))
            .Distinct();

    static int FloorOf(string folder) => Array.FindIndex(s_floors, floor => floor.Contains(folder));

    [GeneratedRegex(@"\bPlatform\.(\w+)\b")]
    private static partial Regex UsedFolder();

    [GeneratedRegex(@"\bPlatform\.(\w+)\.(\w+)\b")]
    private static partial Regex UsedSubfolder();
}
