using Microsoft.AspNetCore.Http;
using RideBooking.Contracts;
using RideBooking.Positions;

namespace RideBooking.Tests.Drivers;

public sealed class When_a_drivers_app_counts_again : IAsyncLifetime
{
    DriversLab _lab = null!;

    public async ValueTask InitializeAsync()
    {
        _lab = await DriversLab.Open();
        await _lab.Saves();
        await _lab.GoesOnline();
    }

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    /// <summary>Each sequence number has its own place.</summary>
    static Place PlaceOf(long sequence) => new(52.52 + sequence % 1000 / 100_000.0, 13.405);

    async Task<string> Reports(long sequence)
    {
        var (answer, headers) = await _lab.ReportsFrom(PlaceOf(sequence), sequence);
        answer.StatusCode().ShouldBe(StatusCodes.Status204NoContent);
        return headers["Location-Report"].ToString();
    }

    async Task ShouldKnow(long sequence)
    {
        var position = (await _lab.All<DriverPosition>()).ShouldHaveSingleItem();
        (position.Sequence, position.Lat).ShouldBe((sequence, PlaceOf(sequence).Lat));
    }

    [Fact]
    public async Task Going_online_again_restarts_the_sequence_numbers()
    {
        await Reports(500);
        await _lab.GoesOnline();

        for (var sequence = 0; sequence <= 10; sequence++)
            (await Reports(sequence)).ShouldBe("used");

        await ShouldKnow(10);
    }

    [Fact]
    public async Task An_older_report_is_dropped_and_the_answer_tells_it()
    {
        await Reports(5);

        var (answer, headers) = await _lab.ReportsFrom(PlaceOf(3), 3);

        answer.StatusCode().ShouldBe(StatusCodes.Status204NoContent);
        (headers["Location-Report"].ToString(), headers["Location-Sequence"].ToString()).ShouldBe(("dropped", "5"));
        (await Reports(5)).ShouldBe("dropped");
        await ShouldKnow(5);
    }

    [Theory]
    [InlineData(499)]
    [InlineData(500)]
    public async Task A_report_of_the_former_shift_does_not_move_the_start_of_the_new(long late)
    {
        await Reports(499);
        await Reports(500);
        await _lab.GoesOffline();
        await _lab.GoesOnline(PlaceOf(0));

        (await Reports(late)).ShouldBe("dropped");
        (await Reports(0)).ShouldBe("used");
        (await Reports(late)).ShouldBe("dropped");
        await ShouldKnow(0);
    }

    [Fact]
    public async Task A_report_in_transit_does_not_silence_the_new_shift()
    {
        await Reports(500);
        await _lab.GoesOnline();
        await Reports(501);

        (await Reports(0)).ShouldBe("used");
        (await Reports(1)).ShouldBe("used");
        await ShouldKnow(1);
    }

    [Fact]
    public async Task An_app_may_count_on()
    {
        await Reports(500);
        await _lab.GoesOnline();

        foreach (var sequence in new[] { 501, 502, 503 })
            (await Reports(sequence)).ShouldBe("used");
        (await Reports(502)).ShouldBe("dropped");
    }

    [Fact]
    public async Task An_app_may_count_in_milliseconds()
    {
        var time = _lab.Now.ToUnixTimeMilliseconds();
        (await Reports(time)).ShouldBe("used");
        (await Reports(time - 1_000)).ShouldBe("dropped");
        (await Reports(time + 1_000)).ShouldBe("used");
        (await Reports(time)).ShouldBe("dropped");
    }

    [Theory]
    [InlineData(PositionRules.MaxSequence)]
    [InlineData(PositionRules.MaxSequence - 1)]
    [InlineData(int.MaxValue)]
    public async Task One_enormous_sequence_does_not_silence_the_driver(long enormous)
    {
        await Reports(500);
        await Reports(enormous);

        (await Reports(501)).ShouldBe("used");
        (await Reports(502)).ShouldBe("used");
        await ShouldKnow(502);
    }

    [Fact]
    public async Task An_enormous_sequence_at_the_start_of_a_shift_does_not_silence_the_driver()
    {
        await Reports(PositionRules.MaxSequence);

        (await Reports(0)).ShouldBe("used");
        await ShouldKnow(0);
    }

    [Fact]
    public async Task An_app_that_restarts_without_a_new_shift_is_accepted_when_the_last_report_is_old()
    {
        await Reports(500);
        (await Reports(0)).ShouldBe("dropped");
        _lab.Clock.Advance(PositionRules.MaxDelay + TimeSpan.FromSeconds(1));

        (await Reports(1)).ShouldBe("used");
        (await Reports(2)).ShouldBe("used");
    }
}
