using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts.Seams;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Rides;

/// <summary>A host in which something can happen just before an operator's action is recorded.</summary>
public sealed class BusyHost : HostInProcess
{
    internal Func<Task> Meanwhile { get; set; } = () => Task.CompletedTask;

    protected override void Configure(IServiceCollection services)
    {
        var recorder = services.Single(service => service.ServiceType == typeof(IOperatorActions));
        services.Remove(recorder);
        services.AddSingleton<IOperatorActions>(provider => new Recorder(
            (IOperatorActions)ActivatorUtilities.CreateInstance(provider, recorder.ImplementationType!),
            () => Meanwhile()
        ));
    }

    sealed class Recorder(IOperatorActions actions, Func<Task> meanwhile) : IOperatorActions
    {
        public async Task<Guid> Record(
            string action,
            Guid? rideId,
            string by,
            string reason,
            CancellationToken cancellationToken
        )
        {
            await meanwhile();
            return await actions.Record(action, rideId, by, reason, cancellationToken);
        }

        public Task Withdraw(Guid id, CancellationToken cancellationToken) => actions.Withdraw(id, cancellationToken);
    }
}

public sealed class When_a_ride_changes_while_an_operator_acts(BusyHost host) : IClassFixture<BusyHost>
{
    static readonly JsonObject s_why = new() { ["reason"] = "the driver's phone is broken" };

    [Fact]
    public async Task An_action_that_became_possible_is_recorded()
    {
        var (driver, ride) = await Arrived(40);
        host.Meanwhile = () => driver.Does(ride, "start");

        (await Force("complete", ride)).ShouldBe(HttpStatusCode.Accepted).Text("status").ShouldBe("completed");

        (await Recorded(ride)).ShouldBe(["force-complete-ride"]);
    }

    [Fact]
    public async Task An_action_that_is_no_longer_possible_is_not()
    {
        var (driver, ride) = await Arrived(41);
        await driver.Does(ride, "start");
        host.Meanwhile = () => driver.Does(ride, "complete");

        (await Force("complete", ride)).ShouldBe(HttpStatusCode.Conflict, "invalid_transition");

        (await Recorded(ride)).ShouldBeEmpty();
    }

    async Task<(Driver Driver, string Ride)> Arrived(double lat)
    {
        var driver = await host.City.DriverAt(City.Place(lat, 8.5));
        var rider = await host.City.Rider();
        var ride = await rider.Request(City.Place(lat, 8.5), City.Place(lat + 0.05, 8.5));
        await driver.Accept(await driver.Offer(ride));
        await driver.Until(
            "the ride to be the driver's",
            $"rides/{ride}",
            seen => seen.Status == HttpStatusCode.OK && seen.Text("status") == "driverAssigned"
        );
        await driver.Does(ride, "arrive");
        return (driver, ride);
    }

    async Task<Answer> Force(string end, string ride) =>
        await (await host.City.Operator()).Post($"operations/rides/{ride}/force-{end}", s_why.DeepClone());

    async Task<IEnumerable<string>> Recorded(string ride) =>
        (await (await host.City.Operator()).Get("operations/audit?limit=100")).Body!["items"]!
            .AsArray()
            .Where(entry => entry!["rideId"]?.ToString() == ride)
            .Select(entry => entry!["action"]!.ToString());
}
