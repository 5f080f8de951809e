using System.Net;
using System.Text.Json.Nodes;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Rides;

/// <summary>The command was carried out, its answer was lost, and the operator repeats it with the same key.</summary>
public sealed class When_the_answer_to_an_operator_was_lost(ForgetfulHost host) : IClassFixture<ForgetfulHost>
{
    [Fact]
    public async Task The_repeat_is_accepted_and_the_command_is_audited_once()
    {
        var operations = await host.City.Operator();
        var ride = await (await host.City.Rider()).Request(City.Alexanderplatz, City.Zoo);
        var (path, why) = ($"operations/rides/{ride}/force-cancel", new JsonObject { ["reason"] = "a test ride" });
        (await operations.Post(path, why.DeepClone(), "cancel")).ShouldBe(HttpStatusCode.Accepted);
        await host.LoseAnswers(TestContext.Current.CancellationToken);

        var repeat = await operations.Post(path, why.DeepClone(), "cancel");

        repeat.ShouldBe(HttpStatusCode.Accepted).Text("status").ShouldBe("cancelled");
        (await operations.Get("operations/audit?limit=100")).Body!["items"]!
            .AsArray()
            .Count(entry => entry!["rideId"]?.ToString() == ride)
            .ShouldBe(1);
    }
}
