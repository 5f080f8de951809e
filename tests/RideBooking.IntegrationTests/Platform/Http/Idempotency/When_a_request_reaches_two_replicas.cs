using System.Net;
using System.Net.Http.Json;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.Platform.Http.Idempotency;

/// <summary>Two hosts on one server database: a request that reaches both at once is still carried out once.</summary>
public sealed class When_a_request_reaches_two_replicas(Servers servers)
{
    [Theory]
    [MemberData(nameof(DatabaseProviders.Servers), MemberType = typeof(DatabaseProviders))]
    public async Task Repeats_that_reach_two_replicas_at_once_get_one_answer(string provider)
    {
        var settings = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["Database__Provider"] = provider,
            ["ConnectionStrings__RideBooking"] = await servers.CreateMigratedDatabaseAsync(provider),
        };
        await using var one = await HostProcess.StartAsync(settings);
        await using var other = await HostProcess.StartAsync(settings);

        var answers = await Task.WhenAll(
            from key in Enumerable.Range(0, 20)
            from repeat in Enumerable.Range(0, 6)
            select Ask(repeat % 2 == 0 ? one : other, $"key-{key}", "rider")
        );

        foreach (var key in answers.GroupBy(answer => answer.Key))
        {
            key.ShouldAllBe(answer => answer.Status == HttpStatusCode.OK);
            key.Count(answer => answer.IsReplay).ShouldBe(5);
            // Each attempt would create its own token.
            key.Select(answer => answer.Body).Distinct().Count().ShouldBe(1);
        }

        (await Ask(other, "key-0", "driver")).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    static async Task<(string Key, HttpStatusCode Status, bool IsReplay, string Body)> Ask(
        HostProcess host,
        string key,
        string role
    )
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/dev/token")
        {
            Content = JsonContent.Create(new { role }),
        };
        request.Headers.Add("Idempotency-Key", key);
        using var answer = await host.Client.SendAsync(request, cancellationToken);
        return (
            key,
            answer.StatusCode,
            answer.Headers.Contains("Idempotency-Replayed"),
            await answer.Content.ReadAsStringAsync(cancellationToken)
        );
    }
}
