using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Messaging.Pauses;
using RideBooking.Platform.Persistence;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;
using RideBooking.Tests.Operations.Redrives;

namespace RideBooking.Tests.Operations.Endpoints;

/// <summary>
/// The embedded default without redelivery, with a database that a test makes fail. Commands do not wait long for an endpoint that is
/// paused.
/// </summary>
public sealed class PausableHost(params (string Key, string Value)[] settings)
    : HostInProcess([
        ("Messaging:Retry", "00:00:00.001"),
        ("Messaging:Redelivery", ""),
        ("Messaging:VisibilityTimeout", "00:00:01"),
        .. settings,
    ])
{
    public const string Endpoint = "track-assignments";

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    internal FailingDatabase Fails { get; } = new();

    /// <summary>A setting that makes a host use this host's database.</summary>
    public (string Key, string Value) Database => ("ConnectionStrings:RideBooking", ConnectionString);

    protected override void Configure(IServiceCollection services) =>
        services.ConfigureDbContext<SqliteAppDbContext>(db => db.AddInterceptors(Fails));

    /// <summary>Pauses or resumes an endpoint, and waits until this host does.</summary>
    public async Task Control(string verb, string endpoint = Endpoint)
    {
        var operations = await City.Operator();
        var reason = new JsonObject { ["reason"] = "a test" };
        (await operations.Post($"operations/endpoints/{endpoint}/{verb}", reason)).ShouldBe(HttpStatusCode.OK);
        await Consumes(verb == "resume", endpoint);
    }

    /// <summary>Waits until this host consumes an endpoint, or does not.</summary>
    public Task Consumes(bool isConsumed, string endpoint = Endpoint) =>
        WaitFor.TrueAsync(
            $"{endpoint} {(isConsumed ? "is" : "is not")} consumed",
            () => Task.FromResult(IsPaused(endpoint) != isConsumed)
        );

    public bool IsPaused(string endpoint = Endpoint) =>
        Services.GetRequiredService<EndpointGates>().Of(endpoint).IsClosed;

    /// <summary>Puts an offer into the queue of an endpoint that handles it.</summary>
    /// <returns>The message's id.</returns>
    public async Task<Guid> PutOffer(string endpoint = Endpoint)
    {
        var id = Guid.CreateVersion7();
        var offer = new JsonObject
        {
            ["rideId"] = Guid.CreateVersion7().ToString(),
            ["riderId"] = "a rider",
            ["offerId"] = Guid.CreateVersion7().ToString(),
            ["driverId"] = "a driver",
            ["pickup"] = City.Alexanderplatz.DeepClone(),
            ["dropoff"] = City.Zoo.DeepClone(),
            ["pickupEtaSeconds"] = 120,
            ["expiresAt"] = "2100-01-01T00:00:00Z",
            ["at"] = "2026-01-01T00:00:00Z",
        };
        await Services.Put(endpoint, RawMessages.Envelope(id, "DriverOffered", offer), id.ToString());
        return id;
    }

    /// <summary>Whether the endpoint has handled the message.</summary>
    public async Task<bool> HasHandled(Guid message)
    {
        await using var scope = Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var handled = await Services.GetRequiredService<HandledMessages>().Of(db, [message], Stop);
        return handled.ContainsKey((message, Endpoint));
    }

    public Task Handles(Guid message) => WaitFor.TrueAsync("the message is handled", () => HasHandled(message));
}
