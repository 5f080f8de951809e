using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Http.Idempotency;
using RideBooking.Platform.Persistence;

namespace RideBooking.Tests.Payments;

/// <summary>The process died after the command was committed: the repeat under the key gets the answer of the first attempt.</summary>
public sealed class When_the_answer_to_a_payment_command_was_lost
{
    const string Key = "the-key";

    readonly SomeRide _ride = new();

    static JsonObject Why => new() { ["reason"] = "the bank is back" };

    [Theory]
    [InlineData("tok_declined", "outstanding")]
    [InlineData("tok_declined_once", "captured")]
    public async Task A_retry_by_an_operator_is_accepted_again_and_has_no_second_effect(string token, string state)
    {
        await using var lab = await Open(token);
        await lab.DeliverAndSettle(_ride.Quoted());
        var op = await lab.As("operator", "op");
        var path = $"operations/payments/{_ride.RideId}/retry";
        (await op.Post(path, Why, Key)).ShouldBe(HttpStatusCode.Accepted);
        await lab.Settle();
        await LoseAnswers(lab);

        (await op.Post(path, Why, Key)).ShouldBe(HttpStatusCode.Accepted).Text("state").ShouldBe(state);
        await lab.Settle();

        (await lab.Payment(_ride.RideId)).Attempt.ShouldBe(2);
        lab.Audited.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("tok_declined", "Outstanding")]
    [InlineData("tok_declined_once", "Captured")]
    public async Task A_rider_who_pays_the_balance_gets_the_same_rides_and_is_charged_once(string token, string status)
    {
        await using var lab = await Open(token);
        await lab.DeliverAndSettle(_ride.Quoted());
        var rider = await lab.As("rider", _ride.RiderId);
        (await rider.Post("riders/me/balance/pay", new JsonObject(), Key)).ShouldBe(HttpStatusCode.Accepted);
        await lab.Settle();
        await LoseAnswers(lab);

        var repeat = await rider.Post("riders/me/balance/pay", new JsonObject(), Key);
        repeat.ShouldBe(HttpStatusCode.Accepted);
        repeat.Body!["rides"]!.AsArray().Single()!.GetValue<Guid>().ShouldBe(_ride.RideId);
        await lab.Settle();

        var payment = await lab.Payment(_ride.RideId);
        (payment.Status, payment.Attempt).ShouldBe((status, 2));
    }

    [Fact]
    public async Task A_retry_that_commits_while_its_repeat_looks_for_it_is_accepted_again_and_has_no_second_effect()
    {
        await using var lab = await Open("tok_declined");
        await lab.DeliverAndSettle(_ride.Quoted());
        var op = await lab.As("operator", "op");
        var path = $"operations/payments/{_ride.RideId}/retry";
        (await op.Post(path, Why, Key)).ShouldBe(HttpStatusCode.Accepted);
        await lab.Settle();
        await LoseAnswers(lab);
        lab.Hidden.HideOnce("messaging_inbox_state");

        (await op.Post(path, Why, Key)).ShouldBe(HttpStatusCode.Accepted).Text("state").ShouldBe("outstanding");
        lab.Hidden.WereHidden.ShouldBeTrue();
        await lab.Settle();

        (await lab.Payment(_ride.RideId)).Attempt.ShouldBe(2);
    }

    [Fact]
    public async Task A_rider_s_payment_that_commits_while_its_repeat_looks_for_it_pays_the_same_rides_once()
    {
        await using var lab = await Open("tok_declined");
        await lab.DeliverAndSettle(_ride.Quoted());
        var rider = await lab.As("rider", _ride.RiderId);
        (await rider.Post("riders/me/balance/pay", new JsonObject(), Key)).ShouldBe(HttpStatusCode.Accepted);
        await lab.Settle();
        await LoseAnswers(lab);
        lab.Hidden.HideOnce("messaging_inbox_state");

        var repeat = await rider.Post("riders/me/balance/pay", new JsonObject(), Key);
        lab.Hidden.WereHidden.ShouldBeTrue();
        repeat.ShouldBe(HttpStatusCode.Accepted);
        repeat.Body!["rides"]!.AsArray().Single()!.GetValue<Guid>().ShouldBe(_ride.RideId);
        await lab.Settle();

        (await lab.Payment(_ride.RideId)).Attempt.ShouldBe(2);
    }

    [Fact]
    public async Task A_repeat_that_is_refused_for_the_moment_is_executed_later()
    {
        await using var lab = await Open("tok_declined");
        await lab.Deliver(_ride.Quoted());
        await lab.Deliver((await lab.TakeOutbox()).OfType<FareFinalized>().Single());
        (await lab.Payment(_ride.RideId)).Status.ShouldBe("Charging");
        var op = await lab.As("operator", "op");
        var path = $"operations/payments/{_ride.RideId}/write-off";

        // The key could not be released: the next request under it is the same request.
        await lab.In(db =>
            Execute(db, "CREATE TRIGGER fails BEFORE DELETE ON {0} BEGIN SELECT RAISE(ABORT, 'no'); END")
        );
        (await op.Post(path, Why, Key)).ShouldBe(HttpStatusCode.Conflict, "payment_in_progress");
        await lab.In(db => Execute(db, "DROP TRIGGER fails"));
        lab.Clock.Advance(TimeSpan.FromSeconds(20));
        (await op.Post(path, Why, Key)).ShouldBe(HttpStatusCode.Conflict, "payment_in_progress");
        await lab.Settle();

        (await op.Post(path, Why, Key)).ShouldBe(HttpStatusCode.Accepted).Text("state").ShouldBe("writtenOff");
    }

    static Task<int> Execute(AppDbContext db, string sql) =>
        db.Database.ExecuteSqlRawAsync(
            sql.Replace(
                "{0}",
                db.Model.FindEntityType(typeof(IdempotencyKey))!.GetTableName(),
                StringComparison.Ordinal
            ),
            MoneyLab.Stop
        );

    static Task<MoneyLab> Open(string token) =>
        MoneyLab.Open(
            ("Payments:RetryDelays", ""),
            ("Payments:DefaultToken", token),
            ("Messaging:VisibilityTimeout", "00:00:00.1")
        );

    static Task<int> LoseAnswers(MoneyLab lab) =>
        lab.In(db =>
            db.Set<IdempotencyKey>()
                .ExecuteUpdateAsync(
                    set =>
                        set.SetProperty(key => key.Status, (int?)null)
                            .SetProperty(key => key.LeaseUntil, key => key.CreatedAt),
                    MoneyLab.Stop
                )
        );
}
