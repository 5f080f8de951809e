using System.Net;
using System.Text.Json.Nodes;
using RideBooking.Cli;
using RideBooking.Contracts;
using RideBooking.Operations.FailedMessages;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Cli;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Operations.FailedMessages;

/// <summary>Failures of two kinds at two endpoints, some of them of a ride.</summary>
public sealed class When_failed_messages_are_grouped(ListeningHost host) : IClassFixture<ListeningHost>
{
    const string Fares = "compute-fare_error";
    const string Assignments = "track-assignments_error";

    static readonly DateTimeOffset s_now = DateTimeOffset.UtcNow;

    [Fact]
    public async Task They_are_counted_by_reason_queue_type_and_status_of_the_ride()
    {
        var operations = await host.City.Operator();
        var rider = await host.City.Rider();
        var ride = Guid.Parse(await rider.Request(City.Place(-45, 10), City.Place(-45, 10.08)));
        await Fail(Fares, "RideCompleted", "grouped-fare", ride, hoursAgo: 0);
        await Fail(Fares, "RideCompleted", "grouped-fare", ride, hoursAgo: 2);
        await Fail(Fares, "RideCompleted", "grouped-fare", null, hoursAgo: 30);
        await Fail(Assignments, "OfferCreated", "grouped-offer", null, hoursAgo: 0);
        await Fail(Fares, "RideCompleted", "grouped-fare", null, hoursAgo: 2, StoredMessage.Discarded);

        var reasons = (await Groups(operations, "text=grouped-")).AsArray();
        reasons.Select(group => group!["count"]!.GetValue<int>()).ShouldBe([3, 1]);
        var fare = reasons[0]!;
        fare["failure"]!["queue"]!.ToString().ShouldBe(Fares);
        fare["failure"]!["messageType"]!.ToString().ShouldBe("RideCompleted");
        fare["failure"]!["exceptionMessage"]!.ToString().ShouldBe("grouped-fare");
        fare["failure"]!["topFrame"]!.ToString().ShouldBe("RideBooking.Billing.ComputeFare.Consume");
        var history = fare["history"]!.AsArray().Select(count => count!.GetValue<int>()).ToList();
        history.Count.ShouldBe(24);
        history[^1].ShouldBe(1);
        history[^3].ShouldBe(2, "the discarded one has failed, too");
        history.Sum().ShouldBe(3, "one failed more than a day ago");
        Instant(fare["firstSeen"]!).ShouldBe(s_now.AddHours(-30), TimeSpan.FromSeconds(1));
        Instant(fare["lastSeen"]!).ShouldBe(s_now, TimeSpan.FromSeconds(1));

        (await Counts(operations, "by=queue&text=grouped-")).ShouldBe([(Fares, 3), (Assignments, 1)]);
        (await Counts(operations, "by=messageType&text=grouped-")).ShouldBe([
            ("RideCompleted", 3),
            ("OfferCreated", 1),
        ]);
        (await Counts(operations, "by=rideStatus&text=grouped-fare")).ShouldBe([("requested", 2), (null, 1)]);
        (await Counts(operations, $"by=queue&rideId={ride}")).ShouldBe([(Fares, 2)]);
        (await Counts(operations, "by=queue&state=discarded&text=grouped-")).ShouldBe([(Fares, 1)]);

        var ofTheRide = await operations.Get("operations/failed-messages?rideStatus=requested&text=grouped-");
        ofTheRide.Body!["items"]!.AsArray().Select(row => row!["rideId"]!.ToString()).ShouldBe([$"{ride}", $"{ride}"]);
        var discard = new JsonObject
        {
            ["selection"] = new JsonObject { ["rideStatus"] = "requested", ["text"] = "grouped-" },
            ["reason"] = "the rider asks again",
        };
        (await operations.Post("operations/failed-messages/discard", discard)).ShouldBe(HttpStatusCode.OK).Body![
            "discarded"
        ]!
            .GetValue<int>()
            .ShouldBe(2);
    }

    [Fact]
    public async Task A_note_is_kept_with_the_failure_and_shown_by_the_command_line()
    {
        var operations = await host.City.Operator();
        await Fail(Fares, "RideCompleted", "noted-fare", null, hoursAgo: 1);
        var fingerprint = (await Groups(operations, "text=noted-fare"))[0]!["key"]!.ToString();

        (await host.Run("error-queues", "note", fingerprint, "Wait for release 7."))
            .ShouldEnd(ExitCode.Done)
            .Error.ShouldContain("The note is written.");

        var note = (await Groups(operations, "text=noted-fare"))[0]!["note"]!;
        note["text"]!.ToString().ShouldBe("Wait for release 7.");
        var shown = (await host.Run("error-queues", "groups", "--text", "noted-fare")).ShouldEnd(ExitCode.Done).Out;
        shown.ShouldContain(fingerprint);
        shown.ShouldContain("Wait for release 7.");
        (await host.Run("audit", "actions")).Out.ShouldContain("note-failure");
        (await Note(operations, fingerprint, "")).ShouldBe(HttpStatusCode.OK).Body!["note"].ShouldBeNull();
        (await Groups(operations, "text=noted-fare"))[0]!["note"].ShouldBeNull();
        (await Note(operations, "0123456789abcdef", "x")).ShouldBe(HttpStatusCode.NotFound, "failure_not_found");
        (await Note(operations, fingerprint, new string('x', 501))).ShouldBe(
            HttpStatusCode.BadRequest,
            "validation_failed"
        );
    }

    [Theory]
    [InlineData("by=ride")]
    [InlineData("rideStatus=lost")]
    [InlineData("state=gone")]
    public async Task What_is_not_known_is_refused(string query) =>
        (await (await host.City.Operator()).Get($"operations/failure-groups?{query}")).ShouldBe(
            HttpStatusCode.BadRequest,
            "validation_failed"
        );

    [Theory]
    [InlineData("failure-groups")]
    [InlineData("failed-messages")]
    public async Task A_redrive_that_does_not_exist_is_not_an_empty_one(string path) =>
        (await (await host.City.Operator()).Get($"operations/{path}?redriveId={Guid.CreateVersion7()}")).ShouldBe(
            HttpStatusCode.NotFound,
            "redrive_not_found"
        );

    static Task<Answer> Note(Person operations, string fingerprint, string text) =>
        operations.Put($"operations/failure-groups/{fingerprint}/note", new JsonObject { ["text"] = text });

    static async Task<JsonNode> Groups(Person operations, string query) =>
        (await operations.Get($"operations/failure-groups?{query}")).ShouldBe(HttpStatusCode.OK).Body!["items"]!;

    static async Task<IEnumerable<(string?, int)>> Counts(Person operations, string query) =>
        (await Groups(operations, query))
            .AsArray()
            .Select(group => (group!["key"]?.ToString(), group["count"]!.GetValue<int>()));

    static DateTimeOffset Instant(JsonNode value) => value.GetValue<DateTimeOffset>();

    Task Fail(
        string queue,
        string messageType,
        string exception,
        Guid? ride,
        int hoursAgo,
        string status = StoredMessage.Failed
    )
    {
        var at = s_now.AddHours(-hoursAgo);
        var message = new RideBooking.Operations.ErrorQueues.FailedMessage(
            queue,
            new Dictionary<string, string?>
            {
                ["MT-Fault-Timestamp"] = $"{at:O}",
                ["MT-Fault-ExceptionType"] = "System.InvalidOperationException",
                ["MT-Fault-Message"] = exception,
                ["MT-Fault-StackTrace"] =
                    "   at System.Linq.Enumerable.Single()\n   at RideBooking.Billing.ComputeFare.Consume(ConsumeContext`1 context) in /src/ComputeFare.cs:line 7",
            },
            "application/vnd.masstransit+json",
            StoredFailures.Envelope(
                $"urn:message:{typeof(Place).Namespace}:{messageType}",
                new JsonObject { ["rideId"] = ride?.ToString() }
            )
        );
        var row = StoredMessage.Of(message, at);
        row.Status = status;
        return host.Services.Store(row);
    }
}
