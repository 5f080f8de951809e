using System.Text.RegularExpressions;

namespace RideBooking.Tests.Architecture;

/// <summary>
/// The folders of RideBooking.Platform are floors: a folder uses the ones before it in this list, and never one after or
/// beside it, so that it can be read without those above it.
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

    static IEnumerable<string> Breaches(string folder, string source) =>
        UsedFolder()
            .Matches(source)
            .Select(match => match.Groups[1].Value)
            .Where(used => used != folder && FloorOf(used) >= FloorOf(folder))
            .Distinct();

    static int FloorOf(string folder) => Array.FindIndex(s_floors, floor => floor.Contains(folder));

    [GeneratedRegex(@"\bPlatform\.(\w+)\b")]
    private static partial Regex UsedFolder();
}
