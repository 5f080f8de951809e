using RideBooking.Matching;

namespace RideBooking.Tests.Matching;

public sealed class EligibilityTests
{
    static readonly DateTimeOffset s_now = new(2026, 1, 10, 12, 0, 0, TimeSpan.Zero);

    static Eligibility Free =>
        new(
            IsRider: false,
            AnswerToRide: null,
            IsReserved: false,
            "comfort",
            PositionAt: s_now.AddSeconds(-60),
            CoolsDownUntil: s_now,
            Meters: 5_000
        );

    static MatchReason? Obstacle(Eligibility driver, string requested = "standard") =>
        driver.Obstacle(requested, s_now, freshSince: s_now.AddSeconds(-60), radiusMeters: 5_000);

    [Theory]
    [InlineData("standard")]
    [InlineData("comfort")]
    public void A_free_driver_at_all_limits_can_be_offered_the_ride(string requested) =>
        Obstacle(Free, requested).ShouldBeNull();

    public static TheoryData<string> Reasons => [.. Enum.GetNames<MatchReason>()];

    [Theory]
    [MemberData(nameof(Reasons))]
    public void Each_reason_has_its_driver(string name)
    {
        var reason = Enum.Parse<MatchReason>(name);
        var driver = reason switch
        {
            MatchReason.OwnRide => Free with { IsRider = true },
            MatchReason.Declined => Free with { AnswerToRide = OfferStatus.Declined },
            MatchReason.Released => Free with { AnswerToRide = OfferStatus.Released },
            MatchReason.NotAnswered => Free with { AnswerToRide = OfferStatus.Expired },
            MatchReason.Reserved => Free with { IsReserved = true },
            MatchReason.OtherClass => Free with { VehicleClass = "standard" },
            MatchReason.PositionTooOld => Free with { PositionAt = s_now.AddSeconds(-60.001) },
            MatchReason.CoolingDown => Free with { CoolsDownUntil = s_now.AddSeconds(0.001) },
            MatchReason.OutOfRadius => Free with { Meters = 5_001 },
            // Eligible drivers, whose reason the outcome of the attempt gives.
            MatchReason.Offered or MatchReason.RankedLower or MatchReason.ReservedMeanwhile => Free,
            _ => throw new ArgumentOutOfRangeException(nameof(name)),
        };

        MatchReason? expected = driver == Free ? null : reason;
        Obstacle(driver, "comfort").ShouldBe(expected);
    }
}
