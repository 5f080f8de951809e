using System.Text;
using System.Text.Json.Nodes;
using MassTransit;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Persistence;

namespace RideBooking.Tests.Api;

/// <summary>A consumer has so much to do that a command is answered before its effects can be read.</summary>
public sealed class When_a_consumer_is_behind(HostThatIsBehind host) : IClassFixture<HostThatIsBehind>
{
    [Fact]
    public async Task The_next_request_waits_on()
    {
        var (busy, busyOffer) = await Offered(City.Alexanderplatz);
        var (driver, offer) = await Offered(City.Place(48.1, 11.5));
        host.Holds(offer["rideId"]!.ToString());
        var accepting = driver.Accept(offer);
        // The consumer is busy and does not hang.
        await busy.Accept(busyOffer);
        await accepting;

        var next = driver.Get("drivers/me");
        // Time enough for an answer that does not wait.
        for (var request = 0; request < 10; request++)
            (await busy.Get("drivers/me")).Text("availability").ShouldBe("onTrip");
        host.GoesOn();

        (await next).Text("availability").ShouldBe("onTrip");
    }

    async Task<(Driver Driver, JsonNode Offer)> Offered(JsonObject place)
    {
        var driver = await host.City.DriverAt(place);
        var rider = await host.City.Rider();
        var dropoff = City.Place(place["lat"]!.GetValue<double>() + 0.05, place["lng"]!.GetValue<double>());
        return (driver, await driver.Offer(await rider.Request(place, dropoff)));
    }
}

/// <summary>The embedded default, where the drivers' module does not come to the assignment of one ride.</summary>
public sealed class HostThatIsBehind : HostInProcess
{
    readonly string _folder = Directory.CreateTempSubdirectory("ridebooking-behind-").FullName;
    readonly Gate _gate = new();

    public City City => new(CreateClient);

    public void Holds(string rideId) => _gate.RideId = rideId;

    public void GoesOn() => _gate.Open.TrySetResult();

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Development");
        builder.UseSetting("ConnectionStrings:RideBooking", $"Data Source={Path.Combine(_folder, "ridebooking.db")}");
        builder.UseSetting("Messaging:VisibilityTimeout", "00:00:03");
        builder.UseSetting("Matching:OfferTimeout", "00:05:00");
        builder.ConfigureTestServices(services =>
            services
                .AddSingleton<IConfigureReceiveEndpoint>(_gate)
                .ConfigureDbContext<SqliteAppDbContext>(db => db.AddInterceptors(new NeedNotSurviveAPowerCut()))
        );
    }

    public override async ValueTask DisposeAsync()
    {
        GoesOn();
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    sealed class Gate : IConfigureReceiveEndpoint, IFilter<ReceiveContext>
    {
        public TaskCompletionSource Open { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public volatile string RideId = "none";

        public void Configure(string name, IReceiveEndpointConfigurator configurator)
        {
            if (name == "follow-drivers-work")
                configurator.ConfigureReceive(receive => receive.UseFilter(this));
        }

        public async Task Send(ReceiveContext context, IPipe<ReceiveContext> next)
        {
            if (Encoding.UTF8.GetString(context.GetBody()).Contains(RideId, StringComparison.Ordinal))
                await Open.Task.WaitAsync(context.CancellationToken);
            await next.Send(context);
        }

        public void Probe(ProbeContext context) => context.CreateFilterScope("gate");
    }
}
