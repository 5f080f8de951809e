using Microsoft.Extensions.DependencyInjection;
using RideBooking.Billing;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.TestKit.Contracts;
using RideBooking.Tests.Payments;

namespace RideBooking.Tests.Billing;

public sealed class When_the_destination_was_changed : IAsyncLifetime
{
    static readonly TripTerms s_terms = new(City: null, 100, Samples.Euro(9.90m), 2400, 900);

    readonly SomeRide _ride = new();
    MoneyLab _lab = null!;

    public async ValueTask InitializeAsync()
    {
        _lab = await MoneyLab.Open();
        _lab.RecordsRequests = false;
    }

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact]
    public async Task The_fare_is_that_of_the_last_quote()
    {
        await _lab.Deliver(Requested());
        await Changed(1, Samples.Euro(30m));
        var last = await Changed(2, Samples.Euro(9.90m));

        await _lab.DeliverAndSettle(CompletedAfter(last));

        var fare = _lab.SentOf<FareFinalized>().ShouldHaveSingleItem();
        fare.Lines[0].ShouldBe(new FareLine("upfrontFare", "Agreed fare", Samples.Euro(9.90m)));
    }

    [Fact]
    public async Task A_completion_with_a_fare_that_was_not_quoted_is_refused()
    {
        await _lab.Deliver(Requested());
        var last = await Changed(1, Samples.Euro(9.90m));

        await Should.ThrowAsync<Exception>(() =>
            _lab.Deliver(CompletedAfter(last) with { QuotedFare = Samples.Euro(99m) })
        );

        _lab.SentOf<FareFinalized>().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_distance_that_leaves_out_the_stops_is_flagged_and_the_quote_honoured()
    {
        await _lab.Deliver(Requested());
        // To the Zoo and back: 11 km in a straight line.
        var last = await Changed(1, Samples.Euro(25m), Samples.Alexanderplatz, [Samples.Zoo]);

        await _lab.DeliverAndSettle(CompletedAfter(last) with { DistanceMeters = 1000 });

        _lab.SentOf<FareFinalized>().ShouldHaveSingleItem().IgnoredDistanceMeters.ShouldBe(1000);
    }

    [Theory]
    [InlineData(120)]
    [InlineData(100)]
    public async Task A_quote_of_a_change_has_the_surge_of_the_request(int surgePercent)
    {
        await _lab.Deliver(Requested(s_terms with { SurgePercent = surgePercent, City = "berlin" }));

        var quote = await Quote(new Place(52.52, 13.36));

        (quote.Terms.SurgePercent, quote.Terms.City).ShouldBe((surgePercent, "berlin"));
        quote.Breakdown.Any(line => line.Code == "surge").ShouldBe(surgePercent > 100);
        quote.Breakdown.Sum(line => line.Amount.Amount).ShouldBe(quote.Terms.Fare.Amount);
        _lab.Services.GetRequiredService<QuoteTokens>().TryRead(quote.QuoteId, out var signed).ShouldBeTrue();
        (signed.Change, signed.Fare).ShouldBe((new QuotedChange(_ride.RideId, 1), quote.Terms.Fare));
    }

    [Fact]
    public async Task A_ride_of_an_older_version_is_quoted_with_the_surge_of_its_time()
    {
        await _lab.Deliver(_ride.Requested);

        (await Quote(Samples.Zoo)).Terms.SurgePercent.ShouldBe(100);
    }

    [Fact]
    public async Task A_quote_counts_every_leg_and_the_way_so_far()
    {
        await _lab.Deliver(Requested());
        var direct = await Quote(Samples.Gendarmenmarkt);

        var withStop = await Quote(Samples.Gendarmenmarkt, [Samples.Zoo]);
        var fromThere = await Quote(Samples.Gendarmenmarkt, via: Samples.Zoo);

        withStop.Terms.DistanceMeters.ShouldBeGreaterThan(2 * direct.Terms.DistanceMeters);
        fromThere.Terms.DistanceMeters.ShouldBe(withStop.Terms.DistanceMeters);
    }

    [Fact]
    public void A_trip_with_stops_may_return_to_its_pickup_but_not_stop_twice_at_a_place()
    {
        var trips = _lab.Services.GetRequiredService<ITripPolicy>();

        trips.Check(Samples.Alexanderplatz, Samples.Alexanderplatz, "standard", [Samples.Zoo]).ShouldBeNull();
        trips
            .Check(Samples.Alexanderplatz, Samples.Gendarmenmarkt, "standard", [Samples.Zoo, Samples.Zoo])!
            .Field.ShouldBe("stops[1]");
        trips.Check(Samples.Alexanderplatz, Samples.Zoo, "standard", [Samples.Zoo])!.Field.ShouldBe("dropoff");
        trips
            .Check(Samples.Alexanderplatz, Samples.Alexanderplatz, "standard", [new Place(54.4, 13.4)])!
            .Field.ShouldBe("stops");
    }

    RideRequestedV2 Requested(TripTerms? terms = null) =>
        RideRequestedV2.Upcast(_ride.Requested) with
        {
            Terms = terms ?? s_terms,
        };

    async Task<DestinationChanged> Changed(
        int number,
        Money fare,
        Place? dropoff = null,
        IReadOnlyList<Place>? stops = null
    )
    {
        var changed = new DestinationChanged(
            _ride.RideId,
            _ride.RiderId,
            "driver-1",
            number,
            dropoff ?? Samples.Gendarmenmarkt,
            stops,
            Guid.CreateVersion7(),
            fare,
            2400,
            s_terms with
            {
                Fare = fare,
            },
            SomeRide.At.AddSeconds(number)
        );
        await _lab.Log(changed);
        return changed;
    }

    RideCompleted CompletedAfter(DestinationChanged last) =>
        _ride.Completed with
        {
            Dropoff = last.Dropoff,
            QuoteId = last.QuoteId,
            QuotedFare = last.QuotedFare,
            QuotedDistanceMeters = last.QuotedDistanceMeters,
            DistanceMeters = 2500,
        };

    async Task<ChangeQuote> Quote(Place dropoff, IReadOnlyList<Place>? stops = null, Place? via = null)
    {
        await using var scope = _lab.Services.CreateAsyncScope();
        return await scope
            .ServiceProvider.GetRequiredService<IChangeQuotes>()
            .Of(
                new ChangedTrip(
                    _ride.RideId,
                    _ride.RiderId,
                    1,
                    Samples.Alexanderplatz,
                    via,
                    stops,
                    dropoff,
                    "standard"
                ),
                MoneyLab.Stop
            );
    }
}
