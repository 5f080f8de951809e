using System.Text.Json;
using RideBooking.TestKit.Benchmarks;

namespace RideBooking.Tests.Benchmarks;

/// <summary>The benchmark must detect broken guarantees: otherwise breaking them could make it fast.</summary>
public sealed class When_a_benchmark_is_checked
{
    static readonly Guid s_ride = Guid.NewGuid();
    static readonly Guid s_other = Guid.NewGuid();
    readonly List<JsonElement> _log = [];

    [Fact]
    public void A_ride_that_was_paid_once_and_its_fare_is_in_order()
    {
        Driven(s_ride);
        Paid(s_ride, "12.40");
        Breaches(s_ride).ShouldBeEmpty();
    }

    [Fact]
    public void A_ride_that_was_never_paid_is_a_breach()
    {
        Driven(s_ride);
        Breaches(s_ride).ShouldBe([$"Ride {s_ride} was paid 0 times."]);
    }

    [Fact]
    public void A_ride_that_was_paid_twice_is_a_breach()
    {
        Driven(s_ride);
        Paid(s_ride, "12.40");
        Paid(s_ride, "12.40");
        Breaches(s_ride).ShouldBe([$"Ride {s_ride} was paid 2 times."]);
    }

    [Fact]
    public void A_ride_that_was_paid_another_amount_than_its_fare_is_a_breach()
    {
        Driven(s_ride);
        Paid(s_ride, "12.41");
        Breaches(s_ride).ShouldBe([$"Ride {s_ride} was paid 12.41, its fare is 12.40."]);
    }

    [Fact]
    public void A_second_ride_of_a_driver_before_the_first_has_ended_is_a_breach()
    {
        Append("DriverAssigned", s_ride, new { driverId = "max" });
        Driven(s_other);
        Paid(s_other, "12.40");
        Breaches(s_other).ShouldBe([$"Driver max is on {s_ride} and on {s_other}."]);
    }

    [Fact]
    public void A_position_that_is_missing_is_a_breach()
    {
        Driven(s_ride);
        Paid(s_ride, "12.40");
        _log.RemoveAt(0);
        Breaches(s_ride).ShouldBe(["The event after position 0 has position 2."]);
    }

    IReadOnlyList<string> Breaches(params Guid[] rides) => EventLogInvariants.Breaches(_log, rides);

    void Driven(Guid ride)
    {
        Append("DriverAssigned", ride, new { driverId = "max" });
        Append("RideCompleted", ride, new { driverId = "max" });
        Append("FareFinalized", ride, new { total = new { amount = "12.40", currency = "EUR" } });
    }

    void Paid(Guid ride, string amount) =>
        Append("PaymentCaptured", ride, new { amount = new { amount, currency = "EUR" } });

    void Append(string type, Guid ride, object payload) =>
        _log.Add(
            JsonSerializer.SerializeToElement(
                new
                {
                    event_type = type,
                    stream_id = ride,
                    position = _log.Count + 1,
                    payload,
                }
            )
        );
}
