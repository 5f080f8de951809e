using System.Net;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Operations.Endpoints;

namespace RideBooking.Tests.Operations.Alerts;

/// <summary>A host ends before the receiver has accepted what it sends.</summary>
public sealed class When_a_host_restarts : IAsyncLifetime
{
    readonly Receiver _receiver = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _receiver.DisposeAsync();

    [Fact]
    public async Task Its_notifications_are_sent_with_the_same_ids()
    {
        // It owns the database, and evaluates no alerts meanwhile.
        await using var owner = new PausableHost(("Operations:Alerts:Interval", "01:00:00"));
        owner.Services.ShouldNotBeNull();
        _receiver.AnswersWith(503);
        await using (var first = Host(owner))
        {
            await first.Control("pause");
            await (await first.City.Operator()).Until(
                "the first attempt",
                "operations/alerts/notifications?status=pending",
                answer =>
                    answer.ShouldBe(HttpStatusCode.OK).Body!["items"]!
                        .AsArray()
                        .Any(row => row!["lastError"] is not null)
            );
        }

        _receiver.AnswersWith(204);
        var before = _receiver.Received.Count;
        await using var second = Host(owner);
        var operations = await second.City.Operator();
        await operations.Until(
            "the delivery",
            "operations/alerts/notifications?status=delivered",
            answer => answer.ShouldBe(HttpStatusCode.OK).Body!["items"]!.AsArray().Count == 1
        );

        _receiver.Received.Count.ShouldBe(before + 1);
        _receiver.Received.Select(received => received.Text("id")).Distinct().ShouldHaveSingleItem();
        _receiver.Received[^1].Text("subject").ShouldBe(PausableHost.Endpoint);

        await second.Control("resume");
        await WaitFor.TrueAsync(
            "the end of the alert",
            () => Task.FromResult(_receiver.Received[^1].Text("status") == "ended")
        );
        (await operations.Get("operations/alerts")).Body!["items"]!.AsArray().ShouldBeEmpty();
    }

    PausableHost Host(PausableHost owner) =>
        new(
            owner.Database,
            ("Operations:Alerts:Interval", "00:00:00.200"),
            ("Operations:Alerts:EndAfter", "00:00:00.500"),
            ("Operations:Alerts:Webhook:Url", _receiver.Url)
        );
}
