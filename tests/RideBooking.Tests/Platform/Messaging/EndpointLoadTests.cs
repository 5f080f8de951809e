using System.Globalization;
using System.Text.RegularExpressions;
using RideBooking.Platform.Messaging;
using RideBooking.Tests.Documentation;

namespace RideBooking.Tests.Messaging;

public sealed partial class EndpointLoadTests
{
    [Fact]
    public async Task Is_what_the_operator_reads()
    {
        var page = await File.ReadAllTextAsync(
            Path.Combine(GeneratedPage.Repository(), "docs", "operating", "queues.md"),
            TestContext.Current.CancellationToken
        );
        var rows = Row().Matches(page[page.IndexOf("<!-- load:", StringComparison.Ordinal)..]);

        var told = rows.SelectMany(row =>
                Name().Matches(row.Groups["names"].Value).Select(name => (Name: name.Value, Load: LoadIn(row)))
            )
            .ToDictionary(endpoint => endpoint.Name, endpoint => endpoint.Load);

        told.Count.ShouldBe(5);
        foreach (var (endpoint, load) in told)
            (EndpointLoad.For(endpoint) with { MayLag = false }).ShouldBe(load, endpoint);
        EndpointLoad.For("any-other").ShouldBe(LoadIn(rows.Single(row => row.Groups["names"].Value == "all others")));
    }

    static EndpointLoad LoadIn(Match row) =>
        new(
            int.Parse(row.Groups["fetched"].Value, CultureInfo.InvariantCulture),
            int.Parse(row.Groups["atOnce"].Value, CultureInfo.InvariantCulture)
        );

    [GeneratedRegex(@"^\| (?<names>[^|]+) \| (?<fetched>\d+) \| (?<atOnce>\d+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("(?<=`)[a-z-]+(?=`)")]
    private static partial Regex Name();
}
