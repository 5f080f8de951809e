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

    [Fact]
    public async Task Is_found_by_index()
    {
        Assert.SkipUnless(ModuleLab.IsOnSqlite, "The plan is SQLite's.");
        var box = GeoBox.Around(52.5, 13.4, 1500);
        await _lab.In(db => db.Set<DriverPosition>().Within(box).NearestFirst(52.5, 13.4).Take(8).ToListAsync(Stop));
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
            await rows.ReadAsync(Stop);
            return rows.GetString(3);
        });

        plan.ShouldContain("USING INDEX");
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
