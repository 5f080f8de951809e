using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using RideBooking.Operations;
using RideBooking.Operations.Alerts;
using RideBooking.Tests.Platform.Http;

namespace RideBooking.Tests.Operations.Alerts;

public sealed class SendAlertNotificationsTests : IAsyncLifetime
{
    const string Endpoint = "compute-fare";

    static readonly TimeSpan s_claim = TimeSpan.FromSeconds(30);

    AlertLab _lab = null!;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _lab = await AlertLab.Open();

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact]
    public async Task Informs_the_receiver_that_an_alert_fires_and_that_it_has_ended()
    {
        var began = _lab.Now;
        await _lab.Pause(Endpoint);
        await _lab.Evaluate();
        (await _lab.Send()).ShouldBe(1);
        (await _lab.Send()).ShouldBe(0, "it is delivered");

        var fires = _lab.Receiver.Received.ShouldHaveSingleItem();
        fires.Headers["Content-Type"].ShouldBe("application/json; charset=utf-8");
        fires
            .Json.AsObject()
            .Select(member => member.Key)
            .ShouldBe(["id", "alert", "subject", "status", "since", "endedAt", "value", "limit", "text", "page"]);
        fires.Text("id").ShouldBe((await _lab.Notification()).Id.ToString());
        (fires.Text("alert"), fires.Text("subject"), fires.Text("status"), fires.Text("endedAt")).ShouldBe(
            ("EndpointIsPaused", Endpoint, "firing", null)
        );
        fires.Json["since"]!.GetValue<DateTimeOffset>().ShouldBe(began);
        fires.Text("text").ShouldBe("compute-fare is paused until an operator resumes it.");
        fires.Text("page").ShouldBeNull("no address is set");

        await _lab.Resume(Endpoint);
        await _lab.EvaluateFor(TimeSpan.FromSeconds(80));
        (await _lab.Send()).ShouldBe(1);
        var ended = _lab.Receiver.Received[^1];
        ended.Text("status").ShouldBe("ended");
        ended.Json["endedAt"]!.GetValue<DateTimeOffset>().ShouldBe(began.AddSeconds(70));
        ended.Text("id").ShouldNotBe(fires.Text("id"));
    }

    [Theory]
    [InlineData("https://rides.example")]
    [InlineData("https://rides.example/city/")]
    public async Task Links_to_the_page_of_the_console_if_the_address_of_the_host_is_set(string address)
    {
        const string Queue = "charge-ride_error";
        await using var lab = await AlertLab.Open(("Operations:Alerts:PublicUrl", address));
        await lab.Fail(Queue);
        await lab.Evaluate();
        await lab.Send();

        var path = $"/console/failed-messages/list?queue={Queue}";
        lab.Receiver.Received.ShouldHaveSingleItem().Text("page").ShouldBe($"{address.TrimEnd('/')}{path}");
        (await lab.Get("alerts"))["items"]![0]!["page"]!.GetValue<string>().ShouldBe(path);
    }

    [Fact]
    public async Task Repeats_what_is_not_accepted_later_with_the_same_id()
    {
        _lab.Receiver.Answers = (number, _) => Task.FromResult(number < 3 ? 500 : 200);
        await Raise();

        (await _lab.Send()).ShouldBe(1);
        (await _lab.Send()).ShouldBe(0, "the next attempt is not due");
        (await _lab.Notification()).LastError.ShouldBe("The receiver answered 500.");
        _lab.Clock.Advance(TimeSpan.FromSeconds(5));
        (await _lab.Send()).ShouldBe(1);
        _lab.Clock.Advance(TimeSpan.FromSeconds(14));
        (await _lab.Send()).ShouldBe(0, "the pause is longer");
        _lab.Clock.Advance(TimeSpan.FromSeconds(1));
        (await _lab.Send()).ShouldBe(1);

        _lab.Receiver.Received.Select(received => received.Text("id")).Distinct().ShouldHaveSingleItem();
        _lab.Receiver.Received.Select(received => received.Body).Distinct().ShouldHaveSingleItem();
        var delivered = await _lab.Notification();
        (delivered.Status, delivered.Attempts, delivered.LastError).ShouldBe((AlertNotification.Delivered, 3, null));
    }

    [Fact]
    public async Task Signs_each_request_with_its_time()
    {
        _lab.Receiver.Answers = (number, _) => Task.FromResult(number < 2 ? 500 : 200);
        await Raise();
        await _lab.Send();
        _lab.Clock.Advance(TimeSpan.FromSeconds(5));
        await _lab.Send();

        _lab.Receiver.Received.Count.ShouldBe(2);
        foreach (var received in _lab.Receiver.Received)
        {
            var (id, timestamp) = (received.Headers["webhook-id"], received.Headers["webhook-timestamp"]);
            id.ShouldBe(received.Text("id"));
            var signed = HMACSHA256.HashData(AlertLab.Key, Encoding.UTF8.GetBytes($"{id}.{timestamp}.{received.Body}"));
            received.Headers["webhook-signature"].ShouldBe($"v1,{Convert.ToBase64String(signed)}");
        }
        _lab.Receiver.Received[1].Headers["webhook-timestamp"].ShouldBe($"{_lab.Now.ToUnixTimeSeconds()}");
        _lab.Receiver.Received[1]
            .Headers["Authorization"]
            .ShouldBe($"Basic {Convert.ToBase64String("paula:pass-word"u8)}");
    }

    [Fact]
    public async Task Gives_up_after_the_last_attempt_until_an_operator_retries_it()
    {
        _lab.Receiver.AnswersWith(503);
        await Raise();
        var id = (await _lab.Notification()).Id;
        await FailAll();

        _lab.Receiver.Received.Count.ShouldBe(8);
        _lab.Lines.Count(line => line.Level == LogLevel.Warning && line.Message.Contains("was given up")).ShouldBe(1);
        var listed = (await _lab.Get("alerts/notifications?status=givenUp"))["items"]!
            .AsArray()
            .ShouldHaveSingleItem()!;
        listed["id"]!.ToString().ShouldBe($"{id}");
        (listed["event"]!.ToString(), listed["attempts"]!.GetValue<int>()).ShouldBe(("firing", 8));
        listed["lastError"]!.ToString().ShouldBe("The receiver answered 503.");
        (await _lab.Get("alerts/notifications?status=delivered"))["items"]!.AsArray().ShouldBeEmpty();

        _lab.Receiver.AnswersWith(200);
        _lab.Clock.Advance(TimeSpan.FromHours(1));
        (await _lab.Send()).ShouldBe(0);
        for (var times = 0; times < 2; times++)
            (await _lab.Retry(id)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await _lab.Send()).ShouldBe(1);
        (await _lab.Retry(id)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await _lab.Send()).ShouldBe(0, "it is delivered");

        (await _lab.Notification()).Status.ShouldBe(AlertNotification.Delivered);
        _lab.Receiver.Received[^1].Text("id").ShouldBe($"{id}");
        var action = (await _lab.All<OperatorAction>()).ShouldHaveSingleItem("only the first retry changed something");
        (action.Action, action.Reason).ShouldBe(("retry-alert-notification", "the receiver is repaired"));
    }

    [Fact]
    public async Task Sends_one_that_waits_for_its_next_attempt_when_an_operator_retries_it()
    {
        _lab.Receiver.AnswersWith(503);
        await Raise();
        (await _lab.Send()).ShouldBe(1);
        _lab.Receiver.AnswersWith(200);
        (await _lab.Send()).ShouldBe(0, "the next attempt follows later");

        (await _lab.Retry((await _lab.Notification()).Id)).StatusCode.ShouldBe(HttpStatusCode.Accepted);

        (await _lab.Send()).ShouldBe(1);
        var notification = await _lab.Notification();
        (notification.Status, notification.Attempts).ShouldBe((AlertNotification.Delivered, 2));
        (await _lab.All<OperatorAction>()).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Refuses_to_retry_what_does_not_exist_what_is_outdated_and_without_a_webhook()
    {
        await (await _lab.Retry(Guid.NewGuid())).ShouldBeProblem(404, "notification_not_found");
        await (await _lab.Retry(Guid.NewGuid(), "")).ShouldRefuse("reason");

        _lab.Receiver.AnswersWith(500);
        await Raise();
        var fires = (await _lab.Notification()).Id;
        await FailAll();
        await _lab.Resume(Endpoint);
        await _lab.EvaluateFor(TimeSpan.FromSeconds(80));
        _lab.Receiver.AnswersWith(200);
        (await _lab.Send()).ShouldBe(1);
        _lab.Receiver.Received[^1].Text("status").ShouldBe("ended");
        await (await _lab.Retry(fires)).ShouldBeProblem(409, "notification_outdated");

        await using var none = await AlertLab.Open(("Operations:Alerts:Webhook:Url", ""));
        await none.Pause(Endpoint);
        await none.Evaluate();
        (await none.Alerts()).Count.ShouldBe(1);
        (await none.All<AlertNotification>()).ShouldBeEmpty();
        await (await none.Retry(fires)).ShouldBeProblem(409, "webhook_off");
    }

    [Fact]
    public async Task Sends_that_an_alert_fires_before_that_it_has_ended()
    {
        _lab.Receiver.AnswersWith(500);
        await Raise();
        await _lab.Send();
        await _lab.Resume(Endpoint);
        for (var times = 0; times < 10; times++)
        {
            await _lab.EvaluateFor(TimeSpan.FromSeconds(10));
            await _lab.Send();
        }
        (await _lab.All<AlertNotification>()).Count.ShouldBe(2);
        _lab.Receiver.Received.ShouldAllBe(received => received.Text("status") == "firing");

        _lab.Receiver.AnswersWith(200);
        _lab.Clock.Advance(TimeSpan.FromMinutes(3));
        (await _lab.Send()).ShouldBe(2);
        _lab.Receiver.Received.TakeLast(2).Select(received => received.Text("status")).ShouldBe(["firing", "ended"]);
    }

    [Fact]
    public async Task Sends_a_notification_once_although_several_hosts_try()
    {
        for (var number = 0; number < 20; number++)
            await _lab.Pause($"endpoint-{number}");
        await _lab.Evaluate();
        SendAlertNotifications[] hosts = [.. Enumerable.Range(0, 4).Select(_ => _lab.Sender())];

        // A host that loses a notification to another one ends its round early.
        while ((await _lab.All<AlertNotification>()).Any(row => row.Status != AlertNotification.Delivered))
            await Task.WhenAll(hosts.Select(host => Task.Run(() => _lab.Send(host))));

        _lab.Receiver.Received.Select(received => received.Text("id")).Distinct().Count().ShouldBe(20);
        _lab.Receiver.Received.Count.ShouldBe(20);
    }

    [Fact]
    public async Task Another_host_sends_what_a_host_that_died_had_begun_to_send()
    {
        var arrived = new TaskCompletionSource();
        _lab.Receiver.Answers = async (_, aborted) =>
        {
            arrived.TrySetResult();
            await Task.Delay(Timeout.Infinite, aborted);
            return 200;
        };
        await Raise();
        using var death = new CancellationTokenSource();
        var dying = _lab.Sender().SendNext(_lab.Webhook, death.Token);
        await arrived.Task.WaitAsync(WaitFor.Limit, Stop);
        await death.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(dying);

        _lab.Receiver.AnswersWith(200);
        _lab.Clock.Advance(s_claim - TimeSpan.FromSeconds(1));
        (await _lab.Send()).ShouldBe(0, "the claim is valid");
        _lab.Clock.Advance(TimeSpan.FromSeconds(1));
        (await _lab.Send()).ShouldBe(1);

        _lab.Receiver.Received.Select(received => received.Text("id"))
            .ToList()
            .ShouldBe([.. Enumerable.Repeat((await _lab.Notification()).Id.ToString(), 2)]);
    }

    [Fact]
    public async Task Follows_no_redirect_and_says_when_the_receiver_is_unavailable()
    {
        _lab.Receiver.AnswersWith(302);
        await Raise();
        await _lab.Send();
        _lab.Receiver.Received.Count.ShouldBe(1);
        (await _lab.Notification()).LastError.ShouldBe("The receiver answered 302.");

        await _lab.Receiver.DisposeAsync();
        _lab.Clock.Advance(TimeSpan.FromSeconds(5));
        (await _lab.Send()).ShouldBe(1);
        (await _lab.Notification()).LastError!.ShouldContain("127.0.0.1");
    }

    [Fact]
    public async Task Shows_no_secret_in_logs_and_answers()
    {
        string[] secrets = ["paula", "pass-word", "path-secret", "query-secret", Convert.ToBase64String(AlertLab.Key)];
        _lab.Receiver.AnswersWith(500);
        await Raise();
        await _lab.Send();
        await _lab.Receiver.DisposeAsync();
        for (var attempt = 2; attempt <= 8; attempt++)
        {
            _lab.Clock.Advance(TimeSpan.FromMinutes(10));
            await _lab.Send();
        }
        var notification = await _lab.Notification();
        notification.Status.ShouldBe(AlertNotification.GivenUp);
        string[] shown =
        [
            (await _lab.Get("alerts?ended=true")).ToJsonString(),
            (await _lab.Get("alerts/notifications")).ToJsonString(),
            await (await _lab.Retry(notification.Id)).Content.ReadAsStringAsync(Stop),
            .. _lab.App.Log.Select(line => $"{line.Message} {line.Exception}"),
        ];

        shown.ShouldContain(line => line.Contains("was given up") && line.Contains("http://127.0.0.1:"));
        foreach (var secret in secrets)
            shown.ShouldAllBe(line => !line.Contains(secret));
    }

    async Task Raise()
    {
        await _lab.Pause(Endpoint);
        await _lab.Evaluate();
    }

    async Task FailAll()
    {
        while ((await _lab.Notification()).Status == AlertNotification.Pending)
        {
            await _lab.Send();
            _lab.Clock.Advance(SendAlertNotifications.Pauses[^1]);
        }
    }
}
