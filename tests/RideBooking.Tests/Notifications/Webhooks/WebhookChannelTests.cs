using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Notifications.Deliveries;
using RideBooking.Notifications.Webhooks;
using RideBooking.TestKit.Contracts;
using RideBooking.Tests.Platform.Http;

namespace RideBooking.Tests.Notifications.Webhooks;

public sealed class WebhookChannelTests : IAsyncLifetime
{
    NotificationsLab _lab = null!;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _lab = await NotificationsLab.Open();
        await _lab.Create();
    }

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact]
    public async Task A_partner_gets_the_envelope_of_the_events_that_it_wants_signed_and_without_personal_data()
    {
        var ride = new RideOf();
        await _lab.Log(ride.Requested);
        var (_, secret) = await _lab.CreatePartner("RideRequested", "DriverArrived");
        var (id, next) = (Guid.CreateVersion7(), new RideOf("rider-2"));
        await _lab.Log(next.Requested, id);
        await _lab.Log(next.Started);
        (await _lab.Send()).ShouldBe(1, "neither what was before, nor another event");
        (await _lab.Send()).ShouldBe(0, "it is delivered");

        var received = _lab.Partner.Received.ShouldHaveSingleItem();
        received.Headers["Content-Type"].ShouldBe("application/json; charset=utf-8");
        received
            .Json.AsObject()
            .Select(member => member.Key)
            .ShouldBe([
                "event_id",
                "event_type",
                "version",
                "timestamp",
                "source",
                "stream_id",
                "stream_version",
                "position",
                "correlation_id",
                "causation_id",
                "traceparent",
                "payload",
            ]);
        received.Text("event_id").ShouldBe(id.ToString());
        (received.Text("event_type"), received.Text("version"), received.Text("stream_version")).ShouldBe(
            ("RideRequested", "2", "1")
        );
        received.Json["payload"]!["riderId"]!.ToString().ShouldBe("rider-2");
        received.Json["payload"]!["pickup"]!["address"]!.ToString().ShouldBe(Place.Redacted.Address);
        received.Body.ShouldNotContain("Alexanderplatz");

        var (webhookId, timestamp) = (received.Headers["webhook-id"], received.Headers["webhook-timestamp"]);
        (webhookId, timestamp).ShouldBe((id.ToString(), $"{_lab.Now.ToUnixTimeSeconds()}"));
        secret.ShouldStartWith("whsec_");
        var signature = HMACSHA256.HashData(
            Convert.FromBase64String(secret["whsec_".Length..]),
            Encoding.UTF8.GetBytes($"{webhookId}.{timestamp}.{received.Body}")
        );
        received.Headers["webhook-signature"].ShouldBe($"v1,{Convert.ToBase64String(signature)}");
    }

    [Fact]
    public async Task The_secret_is_shown_once_and_not_stored_as_it_is()
    {
        var (id, secret) = await _lab.CreatePartner("RideRequested");
        var listed = (await _lab.Get("partners"))["items"]!.AsArray().ShouldHaveSingleItem()!;
        listed["id"]!.ToString().ShouldBe(id);
        listed["receiver"]!.ToString().ShouldBe(_lab.Partner.PlainUrl.Split("/events")[0]);
        listed.ToJsonString().ShouldNotContain("secret");
        var stored = (await _lab.All<Partner>()).Single().Secret;
        Convert.ToBase64String(stored).ShouldNotContain(secret["whsec_".Length..].TrimEnd('='));
        _lab.Actions.ShouldBe([("create-partner", "olga", "a contract")]);
    }

    [Theory]
    [InlineData(500, "The receiver answered 500.")]
    [InlineData(410, "The receiver answered 410.")]
    // A redirect could lead into a private network.
    [InlineData(302, "The receiver answered 302.")]
    public async Task What_is_not_accepted_is_repeated_for_about_an_hour_and_then_waits_for_an_operator(
        int status,
        string error
    )
    {
        await _lab.CreatePartner("DriverArrived");
        _lab.Partner.AnswersWith(status);
        await _lab.Log(new RideOf().Arrived);
        for (var attempt = 1; attempt <= SendDeliveries.Pauses.Count; attempt++)
        {
            (await _lab.Send()).ShouldBe(1);
            var pending = await _lab.Delivery();
            (pending.Status, pending.Attempts, pending.LastError).ShouldBe((Delivery.Pending, attempt, error));
            _lab.Clock.Advance(SendDeliveries.Pauses[attempt - 1] - TimeSpan.FromSeconds(1));
            (await _lab.Send()).ShouldBe(0, "the next attempt is not due");
            _lab.Clock.Advance(TimeSpan.FromSeconds(1));
        }
        (await _lab.Send()).ShouldBe(1);
        _lab.Clock.Advance(TimeSpan.FromHours(2));
        (await _lab.Send()).ShouldBe(0);

        var failed = (await _lab.Get("webhook-deliveries?state=failed"))["items"]!.AsArray().ShouldHaveSingleItem()!;
        failed["lastError"]!.ToString().ShouldBe(error);
        failed["eventType"]!.ToString().ShouldBe("DriverArrived");
        (await _lab.Get("webhook-deliveries?state=pending"))["items"]!.AsArray().ShouldBeEmpty();

        _lab.Partner.AnswersWith(204);
        var redriven = await _lab.Post(
            $"webhook-deliveries/{failed["id"]}/redrive",
            new { reason = "the receiver is repaired" }
        );
        redriven.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await redriven.Body()).GetProperty("state").GetString().ShouldBe("pending");
        (await _lab.Send()).ShouldBe(1);
        (await _lab.Delivery()).Status.ShouldBe(Delivery.Delivered);
        _lab.Partner.Received.Select(received => received.Headers["webhook-id"]).Distinct().ShouldHaveSingleItem();
        _lab.Partner.Received.Select(received => received.Body).Distinct().ShouldHaveSingleItem();

        // A repeat changes nothing, and is no action.
        await _lab.Post($"webhook-deliveries/{failed["id"]}/redrive", new { reason = "once more" });
        (await _lab.Send()).ShouldBe(0);
        _lab.Actions.Select(action => action.Action).ShouldBe(["create-partner", "redrive-delivery"]);
    }

    [Fact]
    public async Task The_events_of_a_ride_come_in_their_order_and_those_of_others_do_not_wait()
    {
        await _lab.CreatePartner("DriverArrived", "RideStarted");
        var (ride, other) = (new RideOf(), new RideOf("rider-2"));
        await _lab.Log(ride.Arrived);
        await _lab.Log(ride.Started);
        await _lab.Log(other.Started);
        _lab.Partner.Answers = (number, _) => Task.FromResult(number <= 2 ? 500 : 200);
        (await _lab.Send()).ShouldBe(2, "the first of each ride");
        _lab.Clock.Advance(SendDeliveries.Pauses[0]);
        await _lab.Send();

        _lab.Partner.Received.Skip(2)
            .Where(received => received.Text("stream_id") == ride.RideId.ToString())
            .Select(received => received.Text("event_type"))
            .ShouldBe(["DriverArrived", "RideStarted"]);
        (await _lab.All<Delivery>()).ShouldAllBe(delivery => delivery.Status == Delivery.Delivered);
    }

    [Fact]
    public async Task A_slow_partner_does_not_delay_another_and_two_hosts_send_once()
    {
        await _lab.CreatePartner("DriverArrived");
        await _lab.Log(new RideOf().Arrived);
        await _lab.Create();
        await Task.WhenAll(_lab.Sender().SendDue(Stop), _lab.Sender().SendDue(Stop));
        _lab.Partner.Received.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_host_that_dies_during_an_attempt_causes_another()
    {
        await _lab.CreatePartner("DriverArrived");
        await _lab.Log(new RideOf().Arrived);
        using var dies = new CancellationTokenSource();
        _lab.Partner.Answers = async (_, _) =>
        {
            await dies.CancelAsync();
            return 200;
        };
        await _lab.Create();
        await Should.ThrowAsync<OperationCanceledException>(() => _lab.Sender().SendDue(dies.Token));
        (await _lab.Send()).ShouldBe(0, "it is claimed");
        _lab.Clock.Advance(TimeSpan.FromSeconds(31));
        _lab.Partner.AnswersWith(200);
        (await _lab.Send()).ShouldBe(1);
        (await _lab.Delivery()).Status.ShouldBe(Delivery.Delivered);
    }

    [Fact]
    public async Task Two_hosts_create_each_delivery_once()
    {
        await _lab.CreatePartner("DriverArrived");
        var (one, other) = (_lab.Creator(), _lab.Creator());
        for (var round = 0; round < 5; round++)
        {
            await _lab.Log(new RideOf().Arrived);
            await _lab.Create(one);
            (await other.Next(Stop)).ShouldBe(CreateDeliveries.Progress.ReadElsewhere);
            // The lease of the first host ends.
            _lab.Clock.Advance(TimeSpan.FromSeconds(20));
            (one, other) = (other, one);
        }
        (await _lab.All<Delivery>()).Count.ShouldBe(5);
    }

    [Fact]
    public async Task A_disabled_partner_gets_nothing_and_its_deliveries_cannot_be_redriven()
    {
        var (id, _) = await _lab.CreatePartner("DriverArrived");
        await _lab.Log(new RideOf().Arrived);
        await _lab.Create();
        var disabled = await _lab.Post($"partners/{id}/disable", new { reason = "the contract ended" });
        (await disabled.Body()).GetProperty("disabledAt").GetDateTimeOffset().ShouldBe(_lab.Now);
        await _lab.Post($"partners/{id}/disable", new { reason = "again" });
        await _lab.Log(new RideOf().Arrived);
        await _lab.Send();
        _lab.Partner.Received.ShouldBeEmpty();
        var failed = await _lab.Delivery();
        (failed.Status, failed.LastError).ShouldBe((Delivery.Failed, "The partner is disabled."));
        await (await _lab.Post($"webhook-deliveries/{failed.Id}/redrive", new { reason = "try" })).ShouldBeProblem(
            409,
            "partner_disabled"
        );
        _lab.Actions.Select(action => action.Action).ShouldBe(["create-partner", "disable-partner"]);
    }

    [Fact]
    public async Task A_name_that_leads_to_a_private_address_is_refused_when_it_is_connected_to()
    {
        await using var strict = await NotificationsLab.Open(
            settings: ("Notifications:Webhooks:AllowPrivateTargets", "false")
        );
        await strict.Create();
        var port = new Uri(strict.Partner.PlainUrl).Port;
        await (
            await strict.Post(
                "partners",
                new
                {
                    name = "x",
                    url = $"https://127.0.0.1:{port}/",
                    eventTypes = new[] { "DriverArrived" },
                    reason = "x",
                }
            )
        ).ShouldRefuse("url");
        var answer = await strict.Post(
            "partners",
            new
            {
                name = "x",
                url = $"https://localhost:{port}/",
                eventTypes = new[] { "DriverArrived" },
                reason = "x",
            }
        );
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        await strict.Log(new RideOf().Arrived);
        (await strict.Send()).ShouldBe(1);
        (await strict.Delivery()).LastError!.ShouldContain("leads to a private address");
        strict.Partner.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_partner_without_events_or_with_unknown_ones_is_refused()
    {
        foreach (var types in new[] { Array.Empty<string>(), ["RideTeleported"] })
            await (
                await _lab.Post(
                    "partners",
                    new
                    {
                        name = "x",
                        url = _lab.Partner.PlainUrl,
                        eventTypes = types,
                        reason = "x",
                    }
                )
            ).ShouldRefuse("eventTypes");
        await (await _lab.Post($"partners/{Guid.NewGuid()}/disable", new { reason = "x" })).ShouldBeProblem(
            404,
            "partner_not_found"
        );
        await (await _lab.Post($"webhook-deliveries/{Guid.NewGuid()}/redrive", new { reason = "x" })).ShouldBeProblem(
            404,
            "delivery_not_found"
        );
    }

    [Fact]
    public async Task Old_deliveries_are_deleted()
    {
        await _lab.CreatePartner("DriverArrived");
        await _lab.Log(new RideOf().Arrived);
        await _lab.Send();
        _lab.Clock.Advance(TimeSpan.FromDays(29));
        await _lab.Create();
        (await _lab.All<Delivery>()).Count.ShouldBe(1);
        _lab.Clock.Advance(TimeSpan.FromDays(2));
        await _lab.Create();
        (await _lab.All<Delivery>()).ShouldBeEmpty();
        (await _lab.Send()).ShouldBe(0);
    }
}
