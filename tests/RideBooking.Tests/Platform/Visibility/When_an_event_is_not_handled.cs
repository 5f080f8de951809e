using System.Diagnostics;
using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Persistence;
using RideBooking.Rides;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Platform.Visibility;

/// <summary>A command does not wait for a failed message, and its ride is not reported as unknown meanwhile.</summary>
public sealed class When_an_event_is_not_handled(HostThatFails host) : IClassFixture<HostThatFails>
{
    [Fact]
    public async Task The_command_is_answered_and_the_ride_is_not_yet_visible_but_not_unknown()
    {
        var (rider, driver) = (await host.City.Rider(), await host.City.DriverAt(City.Alexanderplatz));
        var rideId = await rider.Request(City.Alexanderplatz, City.Zoo);
        var offer = await driver.Offer(rideId);

        host.Fails = true;
        var begun = Stopwatch.GetTimestamp();
        await driver.Accept(offer);
        Stopwatch.GetElapsedTime(begun).ShouldBeLessThan(HostThatFails.VisibilityTimeout);

        string[] reads = [$"rides/{rideId}", $"rides/{rideId}/history", $"rides/{rideId}/events"];
        foreach (var read in reads)
            (await driver.Get(read))
                .ShouldBe(HttpStatusCode.ServiceUnavailable, "not_yet_visible")
                .Response.Headers.RetryAfter.ShouldNotBeNull();
        (await driver.Post($"rides/{rideId}/arrive")).ShouldBe(HttpStatusCode.ServiceUnavailable, "not_yet_visible");
        var stranger = await host.City.Driver();
        (await stranger.Get($"rides/{rideId}")).ShouldBe(HttpStatusCode.NotFound, "ride_not_found");

        host.Fails = false;
        await driver.Until(
            "the redelivery",
            $"rides/{rideId}",
            ride => ride.Status == HttpStatusCode.OK && ride.Text("status") == "driverAssigned"
        );
    }
}

/// <summary>The embedded default, where saving a ride can be made to fail.</summary>
public sealed class HostThatFails()
    : HostInProcess(
        ("Messaging:VisibilityTimeout", VisibilityTimeout.ToString("c")),
        ("Limits:RequestTimeout", "00:05:00"),
        ("Messaging:Retry", "00:00:00.010"),
        ("Messaging:Redelivery", string.Join(',', Enumerable.Repeat("00:00:01", 100))),
        ("Matching:OfferTimeout", "00:05:00")
    )
{
    public static readonly TimeSpan VisibilityTimeout = TimeSpan.FromMinutes(2);

    readonly Failing _failing = new();

    /// <summary>True to fail every save of a ride.</summary>
    public bool Fails
    {
        set => _failing.Now = value;
    }

    protected override void Configure(IServiceCollection services) =>
        services.ConfigureDbContext<SqliteAppDbContext>(db => db.AddInterceptors(_failing));

    sealed class Failing : SaveChangesInterceptor
    {
        volatile bool _now;

        public bool Now
        {
            set => _now = value;
        }

        public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
            DbContextEventData eventData,
            InterceptionResult<int> result,
            CancellationToken cancellationToken = default
        ) =>
            _now && eventData.Context!.ChangeTracker.Entries<Ride>().Any()
                ? throw new InvalidOperationException("The test makes every save of a ride fail.")
                : ValueTask.FromResult(result);
    }
}
