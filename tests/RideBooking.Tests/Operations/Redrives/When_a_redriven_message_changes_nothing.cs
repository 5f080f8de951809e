using System.Net;
using System.Text.Json.Nodes;
using RideBooking.Contracts;
using RideBooking.Rides;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;
using RideBooking.Tests.Operations.FailedMessages;

namespace RideBooking.Tests.Operations.Redrives;

/// <summary>An operator learns which redriven messages had an effect.</summary>
public sealed class When_a_redriven_message_changes_nothing(EmbeddedHost host) : IClassFixture<EmbeddedHost>
{
    [Fact]
    public async Task Its_outcome_is_ignored_and_that_of_another_is_consumed()
    {
        var (assigned, waiting) = (
            SomeSaga.Ride(nameof(RideStateMachine.DriverAssigned)),
            SomeSaga.Ride(nameof(RideStateMachine.Requested))
        );
        await host.Services.Store(assigned);
        await host.Services.Store(waiting);
        // A ride with a driver ignores the end of the search, and one without ends.
        var ignored = await host.Services.Fail(
            "ride",
            new SearchDeadlinePassed(assigned.CorrelationId, assigned.Search)
        );
        var handled = await host.Services.Fail("ride", new SearchDeadlinePassed(waiting.CorrelationId, waiting.Search));
        var operations = await host.City.Operator();

        var accepted = await operations.Post(
            "operations/redrives",
            new JsonObject
            {
                ["selection"] = new JsonObject { ["ids"] = new JsonArray(ignored, handled) },
                ["reason"] = "fixed",
            }
        );
        accepted.ShouldBe(HttpStatusCode.Accepted);
        var done = await operations.Until(
            "the outcomes",
            $"operations/redrives/{accepted.Text("id")}",
            redrive =>
                redrive.Text("status") == "completed" && redrive.Body!["outcomes"]!["pending"]!.GetValue<int>() == 0
        );

        var outcomes = done.Body!["outcomes"]!;
        (outcomes["ignored"]!.GetValue<int>(), outcomes["consumed"]!.GetValue<int>()).ShouldBe((1, 1));
        (await operations.Get($"operations/failed-messages/{ignored}")).Text("outcome").ShouldBe("ignored");
        (await operations.Get($"operations/failed-messages/{handled}")).Text("outcome").ShouldBe("consumed");
    }
}
