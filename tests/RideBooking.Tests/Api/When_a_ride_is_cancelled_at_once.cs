using System.Net;
using System.Text.Json.Nodes;
using MassTransit;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Persistence;

namespace RideBooking.Tests.Api;

/// <summary>In a rush the ride's request still lies in Billing's queue when its cancellation comes.</summary>
public sealed class When_a_ride_is_cancelled_at_once(HostThatRecordsNoRequests host)
    : IClassFixture<HostThatRecordsNoRequests>
{
    [Fact]
    public async Task The_rider_sees_what_it_costs()
    {
        var rider = await host.City.Rider();
        var rideId = await rider.Request(City.Alexanderplatz, City.Zoo);

        (await rider.Post($"rides/{rideId}/cancel", new JsonObject { ["reason"] = "mistake" })).ShouldBe(
            HttpStatusCode.Accepted
        );

        (await rider.Get($"rides/{rideId}")).Body!["fare"].ShouldNotBeNull();
        (await rider.Get($"rides/{rideId}/receipt")).ShouldBe(HttpStatusCode.OK);
    }
}

/// <summary>The embedded default, where Billing does not come to recording requests.</summary>
public sealed class HostThatRecordsNoRequests : HostInProcess
{
    readonly string _folder = Directory.CreateTempSubdirectory("ridebooking-requests-").FullName;
    readonly Gate _gate = new();

    public City City => new(CreateClient);

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Development");
        builder.UseSetting("ConnectionStrings:RideBooking", $"Data Source={Path.Combine(_folder, "ridebooking.db")}");
        builder.UseSetting("Messaging:VisibilityTimeout", "00:01:00");
        builder.UseSetting("Limits:RequestTimeout", "00:05:00");
        builder.ConfigureTestServices(services =>
            services
                .AddSingleton<IConfigureReceiveEndpoint>(_gate)
                .ConfigureDbContext<SqliteAppDbContext>(db => db.AddInterceptors(new NeedNotSurviveAPowerCut()))
        );
    }

    public override async ValueTask DisposeAsync()
    {
        _gate.Open.TrySetResult();
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    sealed class Gate : IConfigureReceiveEndpoint, IFilter<ReceiveContext>
    {
        public TaskCompletionSource Open { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Configure(string name, IReceiveEndpointConfigurator configurator)
        {
            if (name == "record-requested-ride")
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
