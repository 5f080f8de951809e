using System.Text.RegularExpressions;
using MassTransit;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Conventions;

namespace RideBooking.Tests.Documentation;

/// <summary>docs/masstransit-packages.md says of every public type what it is; the assemblies say whether that is so.</summary>
public sealed partial class MassTransitPackagesTests
{
    [Fact]
    public async Task Has_every_public_type_and_no_other()
    {
        var page = await Page();
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

    [Theory]
    [InlineData(typeof(InboxState))]
    [InlineData(typeof(OutboxMessage))]
    [InlineData(typeof(OutboxState))]
    public async Task Has_every_column_of_the_inbox_and_the_outbox(Type table)
    {
        var model = new ModelBuilder(SqliteConventionSetBuilder.Build());
        model.AddTransactionalOutboxEntities();
        var columns = model.Model.FindEntityType(table)!.GetProperties().Select(property => property.Name);
        var row = (await Page())
            .Split('\n')
            .Single(line => Columns().IsMatch(line) && line.StartsWith($"| `{table.Name}` |"));
        var cells = Columns().Match(row);

        Name()
            .Matches(cells.Groups["official"].Value + cells.Groups["ours"].Value)
            .Select(name => name.Groups[1].Value)
            .ShouldBe(columns, ignoreOrder: true);
    }

    static Task<string> Page() =>
        File.ReadAllTextAsync(
            Path.Combine(GeneratedPage.Repository(), "docs", "masstransit-packages.md"),
            TestContext.Current.CancellationToken
        );

    /// <summary>A row of the table of columns: as in the official package, only here, only there.</summary>
    [GeneratedRegex(@"^\| `\w+` \| (?<official>`[^|]*)\| (?<ours>[^|]*)\|[^|]*\|$")]
    private static partial Regex Columns();

    [GeneratedRegex(@"`(\w+)`")]
    private static partial Regex Name();

    [GeneratedRegex(@"^\| `(\w+)` \| (same|different|missing|ours) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
