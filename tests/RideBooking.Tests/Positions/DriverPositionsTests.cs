using CsCheck;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Positions;
using RideBooking.TestKit.Contracts;
using RideBooking.Tests.Drivers;

namespace RideBooking.Tests.Positions;

public sealed class DriverPositionsTests : IAsyncLifetime
{
    DriversLab _lab = null!;

    public async ValueTask InitializeAsync() => _lab = await DriversLab.Open();

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    async Task<(double Lat, long Sequence)> Known()
    {
        var position = (await _lab.All<DriverPosition>()).ShouldHaveSingleItem();
        return (position.Lat, position.Sequence);
    }

    [Fact]
    public async Task Is_the_newest_reported_and_not_the_last_to_arrive()
    {
        await _lab.Reports(52.51, 1);
        await _lab.Reports(52.53, 3);
        await _lab.Reports(52.52, 2);
        await _lab.Reports(52.54, 3);

        (await Known()).ShouldBe((52.53, 3));
    }

    [Fact]
    public async Task Is_the_newest_of_many_reported_at_once()
    {
        await Task.WhenAll(
            Enumerable
                .Range(1, 40)
                .OrderBy(n => n * 17 % 41)
                .Select(n => Task.Run(() => _lab.Reports(52 + n / 1000.0, n)))
        );

        (await Known()).ShouldBe((52.04, 40));
    }

    [Fact]
    public async Task Has_new_sequence_numbers_in_each_shift()
    {
        await _lab.Saves();
        await _lab.Reports(52.9, 1000);
        await _lab.GoesOnline();
        (await Known()).ShouldBe((Samples.Alexanderplatz.Lat, -1));

        await _lab.Reports(52.51, 0);
        (await Known()).ShouldBe((52.51, 0));
    }

    [Fact]
    public async Task Costs_one_statement_to_report()
    {
        await _lab.Reports(52.51, 1);
        _lab.Statements.Taken();

        await _lab.Reports(52.52, 2);

        _lab.Statements.Taken().ShouldHaveSingleItem().ShouldStartWith("UPDATE");
    }

    [Theory]
    [InlineData(500)]
    [InlineData(1500)]
    public async Task Is_found_by_index(double radius)
    {
        Assert.SkipUnless(ModuleLab.IsOnSqlite, "The plan is SQLite's.");
        var box = GeoBox.Around(52.5, 13.4, radius);
        await _lab.In(db => db.Set<DriverPosition>().Within(box).ToListAsync(Stop));
        var query = _lab.Statements.Taken()[^1];

        var plan = await _lab.In(async db =>
        {
            await db.Database.OpenConnectionAsync(Stop);
            await using var explain = db.Database.GetDbConnection().CreateCommand();
#pragma warning disable CA2100 // The text is the query's own SQL.
            explain.CommandText =
                "EXPLAIN QUERY PLAN " + System.Text.RegularExpressions.Regex.Replace(query, "@\\w+", "1");
#pragma warning restore CA2100
            await using var rows = await explain.ExecuteReaderAsync(Stop);
            List<string> steps = [];
            while (await rows.ReadAsync(Stop))
                steps.Add(rows.GetString(3));
            return steps;
        });

        plan.ShouldContain(step => step.Contains("USING INDEX", StringComparison.Ordinal));
        plan.ShouldNotContain(step => step.StartsWith("SCAN", StringComparison.Ordinal));
    }

    [Fact]
    public void A_box_holds_its_circle_wherever_on_the_globe() =>
        Gen.Select(Gen.Double[-90, 90], Gen.Double[-180, 180], Gen.Double[100, 200_000], Gen.Double[0, 360])
            .Sample(
                (lat, lng, radius, bearing) =>
                {
                    var (onLat, onLng) = Destination(lat, lng, radius * 0.999, bearing);
                    var box = GeoBox.Around(lat, lng, radius);

                    onLat.ShouldBeInRange(box.South, box.North);
                    (
                        box.CrossesAntimeridian
                            ? onLng >= box.West || onLng <= box.East
                            : onLng >= box.West && onLng <= box.East
                    ).ShouldBeTrue($"{onLat} {onLng} in {box}");
                    GreatCircle.Meters(lat, lng, onLat, onLng).ShouldBe(radius * 0.999, 0.01 + radius * 1e-6);
                }
            );

    [Fact]
    public void The_cells_of_a_box_hold_every_place_in_it_in_few_ranges() =>
        Gen.Select(
                Gen.Double[-89, 89],
                Gen.Double[-180, 180],
                Gen.Double[10, 500_000],
                Gen.Double[0, 360],
                Gen.Double[0, 0.999]
            )
            .Sample(
                (lat, lng, radius, bearing, part) =>
                {
                    var ranges = GeoCells.Covering(GeoBox.Around(lat, lng, radius));

                    var (inLat, inLng) = Destination(lat, lng, radius * part, bearing);
                    var cell = GeoCells.Of(inLat, inLng);
                    ranges.Count(range => cell >= range.First && cell <= range.Last).ShouldBe(1);
                    ranges.Count.ShouldBeLessThanOrEqualTo(GeoCells.MaxRanges);
                }
            );

    [Fact]
    public void A_small_box_lists_the_cells_of_every_place_in_it_once() =>
        Gen.Select(
                Gen.Double[-89, 89],
                Gen.Double[-180, 180],
                Gen.Double[10, 1_000],
                Gen.Double[0, 360],
                Gen.Double[0, 0.999]
            )
            .Sample(
                (lat, lng, radius, bearing, part) =>
                {
                    var box = GeoBox.Around(lat, lng, radius);
                    var cells = GeoCells.Touching(box);

                    var (inLat, inLng) = Destination(lat, lng, radius * part, bearing);
                    if (cells.Length > 0)
                        cells.Count(cell => cell == GeoCells.Of(inLat, inLng)).ShouldBe(1);
                    // In Berlin as in the tropics, the first ring of a search is a small box.
                    else if (radius <= 600 && Math.Abs(lat) < 60)
                        box.CrossesAntimeridian.ShouldBeTrue($"{lat} {lng} {radius}");
                    cells.Length.ShouldBeLessThanOrEqualTo(GeoCells.MaxListed);
                }
            );

    [Fact]
    public void The_cells_of_a_small_box_are_few()
    {
        // 1 km around, in cells of 305 m by 372 m.
        var cells = GeoCells.Covering(GeoBox.Around(52.5, 13.4, 1000)).Sum(range => range.Last - range.First + 1);

        cells.ShouldBeLessThanOrEqualTo(16 * GeoCells.MaxRanges);
    }

    [Theory]
    [InlineData(-90, -180, 0)]
    [InlineData(90, 180, (1L << 32) - 1)]
    [InlineData(0, 0, 3L << 30)]
    [InlineData(-90, 0, 1L << 30)]
    [InlineData(0, -180, 2L << 30)]
    public void A_cell_has_the_bits_of_its_column_and_row_in_turn(double lat, double lng, long cell) =>
        GeoCells.Of(lat, lng).ShouldBe(cell);

    [Fact]
    public async Task Is_found_in_its_new_cell_after_every_way_to_write_it()
    {
        await _lab.Saves();
        await _lab.GoesOnline(new Place(52.50, 13.4));
        await ShouldBeFoundAt(52.50);
        await _lab.Reports(52.53, 1);
        await ShouldBeFoundAt(52.53);
        _lab.Clock.Advance(TimeSpan.FromMinutes(10));
        await _lab.Reports(53.00, 2);
        await ShouldBeFoundAt(53.00);
        await _lab.GoesOnline(new Place(48.10, 13.4));
        await ShouldBeFoundAt(48.10);

        async Task ShouldBeFoundAt(double lat) =>
            (
                await _lab.In(db => db.Set<DriverPosition>().Within(GeoBox.Around(lat, 13.4, 100)).ToListAsync(Stop))
            ).ShouldHaveSingleItem();
    }

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Computes the place at a distance in metres and a direction in degrees from north.</summary>
    static (double Lat, double Lng) Destination(double lat, double lng, double meters, double bearing)
    {
        var (phi, angle, course) = (
            double.DegreesToRadians(lat),
            meters / GreatCircle.EarthRadiusMeters,
            double.DegreesToRadians(bearing)
        );
        var sin = Math.Clamp(
            Math.Sin(phi) * Math.Cos(angle) + Math.Cos(phi) * Math.Sin(angle) * Math.Cos(course),
            -1,
            1
        );
        var turned = Math.Atan2(
            Math.Sin(course) * Math.Sin(angle) * Math.Cos(phi),
            Math.Cos(angle) - Math.Sin(phi) * sin
        );
        var east = (lng + double.RadiansToDegrees(turned) + 540) % 360 - 180;
        return (double.RadiansToDegrees(Math.Asin(sin)), east);
    }
}
