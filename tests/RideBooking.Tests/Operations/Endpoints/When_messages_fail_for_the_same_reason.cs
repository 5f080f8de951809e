using System.Net;
using RideBooking.TestKit.Api;
using RideBooking.TestKit.Observability;

namespace RideBooking.Tests.Operations.Endpoints;

/// <summary>A bug fails the messages of an endpoint, which is paused when there are many of them.</summary>
public sealed class When_messages_fail_for_the_same_reason : IAsyncLifetime
{
    const int PauseAfter = 5;
    const string Path = $"operations/endpoints/{PausableHost.Endpoint}";
    const string Queue = $"{PausableHost.Endpoint}_error";

    readonly PausableHost _host = new(("Operations:PauseAfter", $"{PauseAfter}"));

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task The_endpoint_is_paused_at_the_threshold_until_an_operator_resumes_it()
    {
        var operations = await _host.City.Operator();
        using var meters = new Meters(_host.Services);
        Fail("Ride 4711 has a bug.");
        for (var number = 1; number < PauseAfter; number++)
            await _host.PutOffer();
        await operations.FindIn(Queue, PauseAfter - 1);
        (await operations.Get(Path)).Body!["paused"]!.GetValue<bool>().ShouldBeFalse("below the threshold");

        // Another number is the same reason.
        Fail("Ride 4712 has a bug.");
        await _host.PutOffer();
        var paused = await operations.Until("the pause", Path, endpoint => endpoint.Body!["paused"]!.GetValue<bool>());
        var pause = paused.Body!["pause"]!;
        pause["automatic"]!.GetValue<bool>().ShouldBeTrue();
        pause["by"].ShouldBeNull();
        await operations.FindIn(Queue, PauseAfter);
        var failed = (await operations.Get($"operations/failed-messages?queue={Queue}")).Body!["items"]!.AsArray();
        var fingerprint = failed
            .Select(message => message!["fingerprint"]!.ToString())
            .Distinct()
            .ShouldHaveSingleItem();
        pause["reason"]!
            .ToString()
            .ShouldStartWith($"5 failures with fingerprint {fingerprint} within a minute: DriverOffered: ");
        meters.Of("ridebooking.endpoint.automatic_pauses").Sum(measured => measured.Value).ShouldBe(1);

        // The bug is fixed. A redrive does not resume the endpoint.
        await _host.Consumes(false);
        _host.Fails.With = _ => null;
        await operations.Redrive(Queue, force: true);
        var waiting = await _host.PutOffer();
        (await operations.Get(Path)).Body!["paused"]!.GetValue<bool>().ShouldBeTrue();
        (await _host.HasHandled(waiting)).ShouldBeFalse();

        await _host.Control("resume");
        await _host.Handles(waiting);
        foreach (var message in failed)
            await _host.Handles(Guid.Parse(message!["messageId"]!.ToString()));
        (await operations.Get(Path)).Body!["failed"]!.GetValue<int>().ShouldBe(0);
    }

    [Fact]
    public async Task Different_reasons_do_not_add_up()
    {
        var operations = await _host.City.Operator();
        for (var number = 0; number < PauseAfter; number++)
        {
            Fail($"Bug {(char)('a' + number)}");
            await _host.PutOffer();
            await operations.FindIn(Queue, number + 1);
        }

        (await operations.Get(Path)).ShouldBe(HttpStatusCode.OK).Body!["paused"]!.GetValue<bool>().ShouldBeFalse();
        (await operations.Get(Path)).Body!["failed"]!.GetValue<int>().ShouldBe(PauseAfter);
    }

    void Fail(string message) =>
        _host.Fails.With = sql =>
            sql.StartsWith("INSERT INTO \"drivers_assignments\"", StringComparison.Ordinal)
                ? new InvalidOperationException(message)
                : null;
}
