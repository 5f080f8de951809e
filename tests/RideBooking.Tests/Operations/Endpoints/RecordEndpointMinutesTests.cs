using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Operations.Endpoints;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Operations.Endpoints;

public sealed class RecordEndpointMinutesTests(EmbeddedHost host) : IClassFixture<EmbeddedHost>
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Adds_up_what_several_hosts_did()
    {
        const string endpoint = "issue-receipt";
        var minute = EndpointMinute.Of(TimeProvider.System.GetUtcNow()).AddMinutes(-3);
        var (one, two) = (new EndpointTotals(), new EndpointTotals());
        for (var number = 0; number < 90; number++)
            one.Of(endpoint).Handled(lag: 0.1, processing: 0.2);
        for (var number = 0; number < 30; number++)
            two.Of(endpoint).Handled(lag: 0.5, processing: 0.2);
        two.Of(endpoint).Failed(lag: 3.0, processing: 4.0);
        two.Of(endpoint).Retried();

        await Recorder(one).Record(minute, Stop);
        await Recorder(two).Record(minute, Stop);

        var found = await Minute(endpoint, minute);
        found["throughput"]!.GetValue<double>().ShouldBe(2);
        found["failures"]!.GetValue<double>().ShouldBe(1 / 60.0, tolerance: 0.001);
        found["retries"]!.GetValue<double>().ShouldBe(1 / 60.0, tolerance: 0.001);
        found["lagSeconds"]!.GetValue<double>().ShouldBe((90 * 0.1 + 30 * 0.5 + 3) / 121, tolerance: 1e-9);
        found["maxLagSeconds"]!.GetValue<double>().ShouldBe(3);
        found["processingSeconds"]!.GetValue<double>().ShouldBe((120 * 0.2 + 4) / 121, tolerance: 1e-9);
        found["criticalTimeSeconds"]!.GetValue<double>().ShouldBe((90 * 0.3 + 30 * 0.7) / 120, tolerance: 1e-9);
        found["maxCriticalTimeSeconds"]!.GetValue<double>().ShouldBe(0.7, tolerance: 1e-9);
    }

    [Fact]
    public async Task Deletes_what_is_older_than_the_history()
    {
        const string endpoint = "compute-fare";
        var now = EndpointMinute.Of(TimeProvider.System.GetUtcNow());
        var totals = new EndpointTotals();
        totals.Of(endpoint).Handled(0.1, 0.1);
        await Recorder(totals).Record(now.AddHours(-3), Stop);
        (await Rows(endpoint)).ShouldBe(1);

        totals.Of(endpoint).Handled(0.1, 0.1);
        await Recorder(totals).Record(now.AddMinutes(-2), Stop);

        (await Rows(endpoint)).ShouldBe(1);
        (await Get(endpoint))["history"]!.AsArray().Count.ShouldBe(EndpointMinute.History);
    }

    [Fact]
    public async Task Adds_no_row_for_an_endpoint_that_did_nothing()
    {
        const string endpoint = "assess-cancellation-fee";
        var totals = new EndpointTotals();
        totals.Of(endpoint).Handled(0.1, 0.1);
        var recorder = Recorder(totals);
        var minute = EndpointMinute.Of(TimeProvider.System.GetUtcNow()).AddMinutes(-9);
        await recorder.Record(minute, Stop);
        await recorder.Record(minute.AddMinutes(1), Stop);

        (await Rows(endpoint)).ShouldBe(1);
        (await Minute(endpoint, minute.AddMinutes(1)))["lagSeconds"].ShouldBeNull();
    }

    [Fact]
    public async Task Uses_the_measurements_of_the_metrics()
    {
        await using var busy = new PausableHost();
        var message = await busy.PutOffer();
        await busy.Handles(message);
        await using var scope = busy.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();

        var handled = 0;
        await WaitFor.TrueAsync(
            "the message is counted",
            async () =>
            {
                // A minute may end meanwhile.
                handled += busy
                    .Services.GetRequiredService<EndpointTotals>()
                    .Take()
                    .Where(total => total.Endpoint == PausableHost.Endpoint)
                    .Sum(total => total.Handled);
                var recorded = await db.Set<EndpointMinute>()
                    .Where(row => row.Endpoint == PausableHost.Endpoint)
                    .SumAsync(row => row.Handled, Stop);
                return handled + recorded == 1;
            }
        );
    }

    RecordEndpointMinutes Recorder(EndpointTotals totals) =>
        ActivatorUtilities.CreateInstance<RecordEndpointMinutes>(host.Services, totals);

    async Task<JsonNode> Get(string endpoint) =>
        (await (await host.City.Operator()).Get($"operations/endpoints/{endpoint}")).Body!;

    async Task<JsonNode> Minute(string endpoint, DateTimeOffset minute) =>
        (await Get(endpoint))["history"]!
            .AsArray()
            .Single(entry => entry!["at"]!.GetValue<DateTimeOffset>() == minute)!;

    async Task<int> Rows(string endpoint)
    {
        await using var scope = host.Services.CreateAsyncScope();
        return await scope
            .ServiceProvider.GetRequiredService<AppDbContext>()
            .Set<EndpointMinute>()
            .CountAsync(row => row.Endpoint == endpoint, Stop);
    }
}
