using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Messaging;
using RideBooking.Tests.Documentation;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Platform.Messaging;

public sealed partial class EndpointPolicyTests(EmbeddedHost host) : IClassFixture<EmbeddedHost>
{
    [Fact]
    public async Task Is_what_the_operators_page_documents()
    {
        var page = await File.ReadAllTextAsync(
            Path.Combine(GeneratedPage.Repository(), "docs", "operating", "queues.md"),
            TestContext.Current.CancellationToken
        );
        var rows = Row().Matches(page[page.IndexOf("<!-- load:", StringComparison.Ordinal)..]);

        var documented = rows.SelectMany(row =>
                Name().Matches(row.Groups["names"].Value).Select(name => (Name: name.Value, Load: LoadIn(row)))
            )
            .ToDictionary(endpoint => endpoint.Name, endpoint => endpoint.Load);
        var others = LoadIn(rows.Single(row => row.Groups["names"].Value == "all others"));

        var policies = host.Services.GetRequiredService<EndpointPolicies>();
        foreach (var endpoint in host.Services.GetRequiredService<ReceiveEndpoints>().Names)
        {
            var policy = policies.For(endpoint);
            var expected = documented.GetValueOrDefault(endpoint, others);
            (policy.Prefetch, policy.ConcurrentMessages).ShouldBe(expected, endpoint);
            documented.Remove(endpoint);
        }
        documented.Keys.ShouldBeEmpty("the table names only endpoints that exist");
    }

    static (int Prefetch, int ConcurrentMessages) LoadIn(Match row) =>
        (
            int.Parse(row.Groups["fetched"].Value, CultureInfo.InvariantCulture),
            int.Parse(row.Groups["atOnce"].Value, CultureInfo.InvariantCulture)
        );

    [GeneratedRegex(@"^\| (?<names>[^|]+) \| (?<fetched>\d+) \| (?<atOnce>\d+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("(?<=`)[a-z-]+(?=`)")]
    private static partial Regex Name();
}
