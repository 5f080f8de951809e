using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Contracts;
using RideBooking.EventLog.PersonalData;
using RideBooking.Platform.Events;
using RideBooking.Platform.Persistence;
using RideBooking.Rides;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Rides;

/// <summary>A forgotten rider in the real application, on SQLite.</summary>
public sealed class When_a_rider_is_forgotten(CityLab lab) : IClassFixture<CityLab>
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_module_keeps_their_data_and_the_rides_are_still_as_their_events_say()
    {
        const string mark = "Xanthippe";
        const string markOfAnother = "Yggdrasil";
        var ids = await Rides(mark);
        var idsOfAnother = await Rides(markOfAnother);
        (await TablesWith(mark)).ShouldBe([
            "drivers_assignments",
            "drivers_ride_destinations",
            "matching_searches",
            "notifications_contacts",
            "notifications_notifications",
            "payments_payment_methods",
            "rides_rides",
        ]);
        var rides = await In(db =>
            db.Set<Ride>().AsNoTracking().Where(r => ids.Contains(r.CorrelationId)).ToListAsync(Stop)
        );
        var riderId = rides.Select(ride => ride.RiderId).Distinct().ShouldHaveSingleItem();

        await Forget(riderId);
        await Forget(riderId);

        (await TablesWith(mark)).ShouldBeEmpty();
        (await TablesWith(markOfAnother)).ShouldBe([
            "drivers_assignments",
            "drivers_ride_destinations",
            "matching_searches",
            "notifications_contacts",
            "notifications_notifications",
            "payments_payment_methods",
            "rides_rides",
        ]);
        await using var scope = lab.Services.CreateAsyncScope();
        (await scope.ServiceProvider.GetRequiredService<IAuditedState>().Compare([.. ids, .. idsOfAnother], Stop))
            .SelectMany(ride => ride.Deviations)
            .ShouldBeEmpty();
        var versions = await In(db =>
            db.Set<Ride>()
                .Where(r => ids.Contains(r.CorrelationId))
                .ToDictionaryAsync(r => r.CorrelationId, r => r.Version, Stop)
        );
        foreach (var ride in rides)
            versions[ride.CorrelationId].ShouldBe(ride.Version + 1, "redacted once");
    }

    /// <summary>A rider completes and rates one ride and cancels another.</summary>
    async Task<Guid[]> Rides(string mark)
    {
        var (rider, driver) = (await lab.City.Rider(), await lab.City.DriverAt(City.Alexanderplatz));
        await rider.Post(
            "riders/me/payment-methods",
            new JsonObject { ["token"] = "tok_visa", ["label"] = $"{mark}'s card" }
        );
        await rider.Put("riders/me/profile", new JsonObject { ["email"] = $"{mark}@example.org", ["language"] = "de" });
        var stops = new JsonArray(Named(City.Gendarmenmarkt));
        var completed = (
            await rider.Post(
                "rides",
                new JsonObject
                {
                    ["pickup"] = Named(City.Alexanderplatz),
                    ["dropoff"] = Named(City.Zoo),
                    ["stops"] = stops.DeepClone(),
                }
            )
        ).Text("id");
        await driver.Accept(await driver.Offer(completed));
        (await rider.ChangesDestination(completed, Named(City.Gendarmenmarkt), [Named(City.Zoo)])).ShouldBe(
            HttpStatusCode.Accepted
        );
        await driver.Does(completed, "arrive");
        await driver.Does(completed, "start");
        await driver.Does(completed, "complete", new JsonObject { ["distanceMeters"] = 6100 });
        await rider.SeesPayment(completed, "captured");
        await rider.Post(
            $"rides/{completed}/rating",
            new JsonObject { ["stars"] = 5, ["comment"] = $"Greetings from {mark}" }
        );
        await driver.Post(
            $"rides/{completed}/rating",
            new JsonObject { ["stars"] = 5, ["comment"] = $"{mark} was friendly" }
        );
        // An address that looks as if it were redacted already.
        var cancelled = await rider.Request(Named(City.Alexanderplatz, "redacted"), Named(City.Zoo));
        await rider.Post($"rides/{cancelled}/cancel", new JsonObject { ["reason"] = $"{mark} is ill" });
        await lab.Settle();
        return [Guid.Parse(completed), Guid.Parse(cancelled)];

        JsonObject Named(JsonObject place, string? address = null)
        {
            var named = place.DeepClone().AsObject();
            named["address"] = address ?? $"{mark} Street 7";
            return named;
        }
    }

    async Task Forget(string riderId)
    {
        await In(async db =>
            await db.Set<SubjectKey>()
                .Where(key => key.Subject == riderId)
                .ExecuteUpdateAsync(set => set.SetProperty(key => key.Key, (byte[]?)null), Stop)
        );
        await using var scope = lab.Services.CreateAsyncScope();
        await scope
            .ServiceProvider.GetRequiredService<IPublishEndpoint>()
            .Publish(new RiderForgotten(riderId, lab.Now), Stop);
        await scope.ServiceProvider.GetRequiredService<AppDbContext>().SaveChangesAsync(Stop);
        await lab.Settle();
    }

    /// <summary>Returns the tables that contain a text. Messages and the answers to repeated requests expire.</summary>
    Task<List<string>> TablesWith(string mark) =>
        In(async db =>
        {
            var names = await db
                .Database.SqlQueryRaw<string>(
                    "SELECT name AS Value FROM sqlite_master WHERE type = 'table' ORDER BY name"
                )
                .ToListAsync(Stop);
            var found = new List<string>();
            await db.Database.OpenConnectionAsync(Stop);
            foreach (var name in names)
            {
                if (name.StartsWith("messaging_", StringComparison.Ordinal) || name == "platform_idempotency_keys")
                    continue;
                await using var command = db.Database.GetDbConnection().CreateCommand();
#pragma warning disable CA2100 // The names of the database's own tables.
                command.CommandText = $"SELECT * FROM \"{name}\"";
#pragma warning restore CA2100
                await using var rows = await command.ExecuteReaderAsync(Stop);
                var contains = false;
                while (!contains && await rows.ReadAsync(Stop))
                    for (var column = 0; column < rows.FieldCount; column++)
                        contains |= rows.GetValue(column) switch
                        {
                            string text => text.Contains(mark, StringComparison.Ordinal),
                            byte[] bytes => Encoding.UTF8.GetString(bytes).Contains(mark, StringComparison.Ordinal),
                            _ => false,
                        };
                if (contains)
                    found.Add(name);
            }
            return found;
        });

    async Task<T> In<T>(Func<AppDbContext, Task<T>> use)
    {
        await using var scope = lab.Services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<AppDbContext>());
    }
}
