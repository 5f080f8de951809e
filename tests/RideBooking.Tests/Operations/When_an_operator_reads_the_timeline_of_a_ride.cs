using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Operations.FailedMessages;
using RideBooking.Platform.Persistence;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Operations;

public sealed class When_an_operator_reads_the_timeline_of_a_ride(CityLab lab) : IClassFixture<CityLab>
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_actions_failures_and_timers_are_in_one_list_in_order()
    {
        var (rider, operations) = (await lab.City.Rider(), await lab.City.Operator());
        var ride = await rider.Request(City.Place(30, 30), City.Place(30.05, 30));
        await lab.Settle();
        var waiting = await Timeline(operations, ride);
        waiting[0].ShouldBe(("event", "RideRequested"));
        waiting.ShouldContain(("timer", "SearchDeadlinePassed"));

        await Fails(ride);
        (
            await operations.Post(
                $"operations/rides/{ride}/force-cancel",
                new JsonObject { ["reason"] = "the rider called" }
            )
        ).ShouldBe(HttpStatusCode.Accepted);
        await lab.Settle();

        var ended = await Timeline(operations, ride);
        ended.ShouldContain(("failedMessage", "FareFinalized"));
        ended.ShouldContain(("action", "force-cancel-ride"));
        ended.ShouldContain(("event", "RideCancelled"));
        ended.ShouldNotContain(("timer", "SearchDeadlinePassed"));
    }

    [Fact]
    public async Task A_ride_that_does_not_exist_has_none() =>
        (await (await lab.City.Operator()).Get($"operations/rides/{Guid.CreateVersion7()}/timeline")).ShouldBe(
            HttpStatusCode.NotFound,
            "ride_not_found"
        );

    static async Task<List<(string Kind, string Name)>> Timeline(Person operations, string ride)
    {
        var items = (await operations.Get($"operations/rides/{ride}/timeline")).ShouldBe(HttpStatusCode.OK).Body![
            "items"
        ]!.AsArray();
        items.Select(item => item!["at"]!.GetValue<DateTimeOffset>()).ShouldBeInOrder();
        return [.. items.Select(item => (item!["kind"]!.ToString(), item["name"]!.ToString()))];
    }

    async Task Fails(string ride)
    {
        await using var scope = lab.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        db.Add(
            new StoredMessage
            {
                Id = $"payment_error.{Guid.CreateVersion7():N}",
                Queue = "payment_error",
                MessageId = null,
                MessageType = "FareFinalized",
                RideId = Guid.Parse(ride),
                RiderId = null,
                DriverId = null,
                Fingerprint = "0123456789abcdef",
                ExceptionType = "TimeoutException",
                ExceptionMessage = "late",
                FailedAt = lab.Now,
                SentAt = null,
                Attempts = 1,
                OrderedBy = lab.Now,
                Status = StoredMessage.Failed,
                StatusAt = lab.Now,
                Headers = "{}",
                RoutingKey = null,
                ContentType = null,
                Body = [.. "{}"u8],
            }
        );
        await db.SaveChangesAsync(Stop);
    }
}
