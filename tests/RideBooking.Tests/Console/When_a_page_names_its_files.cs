using System.Net;
using System.Text.RegularExpressions;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Console;

/// <summary>
/// Browsers keep the files of the pages. Otherwise every page would request them again, as requests without a token, which are
/// limited together for all operators behind one address.
/// </summary>
public sealed partial class When_a_page_names_its_files(EmbeddedHost host) : IClassFixture<EmbeddedHost>
{
    [Fact]
    public async Task Their_addresses_have_a_hash_and_browsers_may_keep_them()
    {
        using var http = host.CreateDefaultClient();
        var page = await http.GetStringAsync("/console/sign-in", TestContext.Current.CancellationToken);
        var files = NamedFile().Matches(page).Select(match => match.Groups[1].Value).ToList();

        files.Count.ShouldBeGreaterThanOrEqualTo(3);
        foreach (var file in files)
        {
            file.ShouldMatch(@"\.[0-9a-z]{10}\.(css|js|svg)$");
            using var response = await http.GetAsync(file, TestContext.Current.CancellationToken);
            response.StatusCode.ShouldBe(HttpStatusCode.OK, file);
            response.Headers.GetValues("Cache-Control").ShouldContain(value => value.Contains("immutable"));
        }
    }

    [GeneratedRegex("(?:href|src)=\"(/_[^\"]+)\"")]
    private static partial Regex NamedFile();
}
