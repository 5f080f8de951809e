using System.Text.RegularExpressions;
using MassTransit;

namespace RideBooking.Tests.Documentation;

/// <summary>docs/masstransit-packages.md says of every public type what it is; the assemblies say whether that is so.</summary>
public sealed partial class MassTransitPackagesTests
{
    [Fact]
    public async Task Has_every_public_type_and_no_other()
    {
        var page = await File.ReadAllTextAsync(
            Path.Combine(GeneratedPage.Repository(), "docs", "masstransit-packages.md"),
            TestContext.Current.CancellationToken
        );
        var rows = Row().Matches(page).Select(row => (Name: row.Groups[1].Value, Here: row.Groups[2].Value)).ToList();
        var types = new[] { typeof(EntityFrameworkOutboxConfigurationExtensions), typeof(QuartzRegistrationExtensions) }
            .SelectMany(type => type.Assembly.GetExportedTypes())
            .Select(type => type.Name.Split('`')[0])
            .ToHashSet();

        rows.Count.ShouldBeGreaterThan(100);
        rows.Select(row => row.Name).ShouldBeUnique();
        rows.Where(row => row.Here != "missing")
            .Select(row => row.Name)
            .ShouldBe(types, ignoreOrder: true, "a name that is not missing is a public type, and each has a row");
        rows.Where(row => row.Here == "missing").Select(row => row.Name).ShouldNotContain(name => types.Contains(name));
    }

    [GeneratedRegex(@"^\| `(\w+)` \| (same|different|missing|ours) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
