using System.Net;
using System.Text.Json.Nodes;
using MassTransit;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RideBooking.Platform.Persistence;
using RideBooking.Tests.Observability;

namespace RideBooking.Tests.Api;

/// <summary>One queue that hangs makes few requests wait until the limit, not all.</summary>
public sealed class When_a_consumer_hangs(HostWithAConsumerThatHangs host) : IClassFixture<HostWithAConsumerThatHangs>
{
    const int Rides = 5;

    [Fact]
    public async Task Requests_wait_for_it_once_and_then_only_now_and_then_until_it_goes_on()
    {
        var rider = await host.City.Rider();
        var rideId = "";
        for (var ride = 0; ride < Rides; ride++)
        {
            rideId = await rider.Request(City.Alexanderplatz, City.Zoo);
            (await rider.Post($"rides/{rideId}/cancel", new JsonObject { ["reason"] = "late" })).ShouldBe(
                HttpStatusCode.Accepted
            );
        }
        // One more than one, should the machine take longer for a ride than the limit is.
        host.WaitsThatReachedTheLimit.ShouldBeInRange(1, 2);

        host.GoesOn();
        await rider.Until("the receipt", $"rides/{rideId}/receipt", receipt => receipt.Status == HttpStatusCode.OK);
    }
}

/// <summary>The embedded default, where no cancellation is assessed until it <see cref="GoesOn"/>.</summary>
public sealed class HostWithAConsumerThatHangs : HostInProcess
{
    readonly string _folder = Directory.CreateTempSubdirectory("ridebooking-hangs-").FullName;
    readonly Gate _gate = new();
    readonly ScopedLog _log = new();

    public City City => new(CreateClient);

    public int WaitsThatReachedTheLimit =>
        _log.Lines.Count(line => line.Text.StartsWith("A request was answered after", StringComparison.Ordinal));

    public void GoesOn() => _gate.Open.TrySetResult();

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Development");
        builder.UseSetting("ConnectionStrings:RideBooking", $"Data Source={Path.Combine(_folder, "ridebooking.db")}");
        builder.UseSetting("Messaging:VisibilityTimeout", "00:00:03");
        builder.ConfigureLogging(logging => logging.AddProvider(_log));
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

        public void Configure(string name, IReceiveEndpointConfigurator configurator)
        {
            if (name == "assess-cancellation-fee")
                configurator.ConfigureReceive(receive => receive.UseFilter(this));
        }

        public async Task Send(ReceiveContext context, IPipe<ReceiveContext> next)
        {
            await Open.Task.WaitAsync(context.CancellationToken);
            await next.Send(context);
        }

        public void Probe(ProbeContext context) => context.CreateFilterScope("gate");
    }
}
