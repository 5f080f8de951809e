using System.Text.RegularExpressions;

namespace RideBooking.Tests.Architecture;

/// <summary>
/// The folders of the EF Core integration are floors: a file uses types of its own folder and of those that its folder stands on.
/// All types are in the namespace of the official package, so the names of types show what a file uses.
/// </summary>
public sealed partial class EntityFrameworkFloorsTests
{
    static readonly string Package = Path.Combine(
        ModuleBoundariesTests.Repository(),
        "src",
        "RideBooking.MassTransit.EntityFrameworkCore"
    );

    static readonly Dictionary<string, string[]> s_standsOn = new()
    {
        ["Model"] = [],
        ["Locking"] = ["Model"],
        ["Commit"] = ["Model"],
        ["Saga"] = ["Model", "Commit", "Locking"],
        ["Delivery"] = ["Model", "Commit"],
        ["Consume"] = ["Model", "Commit", "Delivery"],
        ["Publish"] = ["Model", "Commit", "Delivery"],
        ["Configuration"] = ["Model", "Commit", "Delivery", "Consume", "Publish", "Saga", "Locking"],
    };

    [Fact]
    public void Every_file_is_on_a_floor() =>
        Directory
            .EnumerateFileSystemEntries(Package)
            .Select(entry => Path.GetFileName(entry)!)
            .Where(name => name is not ("bin" or "obj") && !name.EndsWith(".csproj", StringComparison.Ordinal))
            .ShouldBe(s_standsOn.Keys, ignoreOrder: true);

    [Fact]
    public void No_file_uses_a_floor_that_its_own_does_not_stand_on()
    {
        var types = s_standsOn
            .Keys.SelectMany(
                floor => FilesOf(floor).SelectMany(file => Declared(File.ReadAllText(file))),
                KeyValuePair.Create
            )
            .DistinctBy(declared => declared.Value)
            .ToDictionary(declared => declared.Value, declared => declared.Key);
        types.Count.ShouldBeGreaterThan(50);

        s_standsOn
            .Keys.SelectMany(floor =>
                FilesOf(floor)
                    .SelectMany(file =>
                        Breaches(floor, File.ReadAllText(file), types)
                            .Select(used => $"{floor}/{Path.GetFileName(file)} uses {used} of {types[used]}")
                    )
            )
            .ShouldBeEmpty();
    }

    [Fact]
    public void The_diagram_shows_them()
    {
        var page = File.ReadAllText(Path.Combine(ModuleBoundariesTests.Repository(), "docs", "way-of-a-message.md"));
        var edges = Edge()
            .Matches(page)
            .SelectMany(edge =>
                edge.Groups["from"]
                    .Value.Split(" & ")
                    .SelectMany(_ => edge.Groups["to"].Value.Split(" & "), (from, to) => (From: from, To: to))
            )
            .ToLookup(edge => edge.From, edge => edge.To);

        foreach (var (floor, others) in s_standsOn)
            Below(floor).Distinct().ShouldBe(others, ignoreOrder: true, $"below {floor}");

        IEnumerable<string> Below(string floor) => edges[floor].SelectMany(under => Below(under).Prepend(under));
    }

    [Theory]
    [InlineData("readonly SagaCache<T> _cache;", true)]
    [InlineData("/// <see cref=\"SagaCache{T}\"/>", false)]
    [InlineData("// The SagaCache keeps it.", false)]
    [InlineData("new UnitOfWork()", false)]
    public void A_use_of_a_floor_above_would_be_found(string source, bool found) =>
        Breaches("Delivery", source, new() { ["SagaCache"] = "Saga", ["UnitOfWork"] = "Commit" }).Any().ShouldBe(found);

    static IEnumerable<string> FilesOf(string floor) =>
        Directory.EnumerateFiles(Path.Combine(Package, floor), "*.cs", SearchOption.AllDirectories);

    static IEnumerable<string> Declared(string source) =>
        Declaration().Matches(source).Select(match => match.Groups["name"].Value);

    static IEnumerable<string> Breaches(string floor, string source, Dictionary<string, string> types) =>
        Identifier()
            .Matches(Comment().Replace(source, ""))
            .Select(match => match.Value)
            .Where(name => types.TryGetValue(name, out var of) && of != floor && !s_standsOn[floor].Contains(of))
            .Distinct();

    [GeneratedRegex(@"^    (?<from>[\w &]+) --> (?<to>[\w &]+)$", RegexOptions.Multiline)]
    private static partial Regex Edge();

    [GeneratedRegex(
        @"^(?:\w+ )*(?:class|interface|enum|record(?: struct)?|struct) (?<name>\w+)",
        RegexOptions.Multiline
    )]
    private static partial Regex Declaration();

    [GeneratedRegex(@"//.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\b[A-Z]\w+\b")]
    private static partial Regex Identifier();
}
