using Microsoft.Extensions.DependencyInjection;
using RideBooking.Cli;
using RideBooking.Operations.Alerts;
using RideBooking.Platform.Persistence;
using RideBooking.Tests.Operations.Alerts;
using RideBooking.Tests.Operations.Endpoints;

namespace RideBooking.Tests.Cli.Alerts;

/// <summary>An operator uses <c>ridebooking alerts</c> on a running host.</summary>
public sealed class AlertsCommandTests : IAsyncLifetime
{
    const string Endpoint = PausableHost.Endpoint;

    readonly Receiver _receiver = new();
    AlertingHost _host = null!;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = new AlertingHost(_receiver.Url);
        await _host.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task Shows_what_fires_and_what_has_ended_and_says_so_with_its_exit_code()
    {
        (await _host.Run("alerts", "--exit-code")).ShouldEnd(ExitCode.Done).Error.ShouldContain("No alert fires.");
        (await _host.Run("endpoints", "pause", Endpoint, "--reason", "a test")).ShouldEnd(ExitCode.Done);
        await WaitFor.TrueAsync(
            "the alert",
            async () => (await _host.Run("alerts", "--exit-code")).ExitCode == ExitCode.MessagesLeft
        );

        (await _host.Run("alerts"))
            .ShouldEnd(ExitCode.Done)
            .Lines.ShouldContain(line =>
                line.StartsWith($"EndpointIsPaused\t{Endpoint}\t")
                && line.EndsWith($"\t\t{Endpoint} is paused until an operator resumes it.")
            );
        (await _host.Run("alerts", "--json")).ShouldEnd(ExitCode.Done).Json["items"]![0]!["subject"]!
            .ToString()
            .ShouldBe(Endpoint);

        (await _host.Run("endpoints", "resume", Endpoint, "--reason", "a test")).ShouldEnd(ExitCode.Done);
        await WaitFor.TrueAsync(
            "the end of the alert",
            async () => (await _host.Run("alerts", "--exit-code")).ExitCode == ExitCode.Done
        );
        var ended = (await _host.Run("alerts", "--ended", "--exit-code")).ShouldEnd(ExitCode.Done);
        ended.Error.ShouldContain("No alert fires.");
        ended.Lines.ShouldContain(line => line.StartsWith($"EndpointIsPaused\t{Endpoint}\t"));
    }

    [Fact]
    public async Task Lists_notifications_and_retries_one_that_was_given_up()
    {
        var now = DateTimeOffset.UtcNow;
        var notification = new AlertNotification
        {
            Id = Guid.CreateVersion7(),
            AlertId = Guid.CreateVersion7(),
            AlertName = AlertNames.RidesAreStuck,
            Subject = "requested",
            Since = now,
            EndedAt = null,
            Value = 2,
            Limit = null,
            Text = "2 rides are stuck in state requested.",
            CreatedAt = now,
            Status = AlertNotification.GivenUp,
            Attempts = 8,
            NextAttemptAt = now,
            LastError = "The receiver answered 500.",
        };
        await using (var scope = _host.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
            db.Add(notification);
            await db.SaveChangesAsync(Stop);
        }

        (await _host.Run("alerts", "notifications", "--status", "givenUp"))
            .ShouldEnd(ExitCode.Done)
            .Lines.ShouldContain(line =>
                line.StartsWith($"{notification.Id}\tRidesAreStuck\trequested\tfiring\t")
                && line.EndsWith("\tgivenUp\t8\tThe receiver answered 500.")
            );
        (await _host.Run("alerts", "notifications", "--status", "lost")).ShouldEnd(ExitCode.Usage);
        (await _host.Run("alerts", "retry", $"{notification.Id}")).ShouldEnd(ExitCode.Usage);
        (await _host.Run("alerts", "retry", $"{Guid.NewGuid()}", "--reason", "x")).ShouldEnd(ExitCode.NotFound);

        (await _host.Run("alerts", "retry", $"{notification.Id}", "--reason", "the receiver is repaired"))
            .ShouldEnd(ExitCode.Done)
            .Out.ShouldBe("A host sends the notification within seconds.\n");
        await WaitFor.TrueAsync("the delivery", () => Task.FromResult(_receiver.Received.Count == 1));
        _receiver.Received[0].Text("id").ShouldBe($"{notification.Id}");
        (await _host.Run("audit", "actions")).Lines.ShouldContain(line =>
            line.Contains("\tretry-alert-notification\t") && line.EndsWith("\tthe receiver is repaired")
        );
    }

    sealed class AlertingHost(string receiver)
        : ListeningHost(
            new PausableHost(
                ("Operations:Alerts:Interval", "00:00:00.100"),
                ("Operations:Alerts:EndAfter", "00:00:00.300"),
                ("Operations:Alerts:Webhook:Url", receiver)
            )
        );
}
