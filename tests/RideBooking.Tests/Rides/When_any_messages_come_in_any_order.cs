using System.Text.Json;
using CsCheck;
using MassTransit.SagaStateMachine;
using RideBooking.Contracts;
using RideBooking.Rides;

namespace RideBooking.Tests.Rides;

/// <summary>Any messages in any order, duplicates and all: what must hold of a ride holds after each of them.</summary>
public sealed class When_any_messages_come_in_any_order
{
    const int Kinds = 21;

    static readonly HashSet<(string From, string To)> s_legal = Legal();

    [Fact]
    public Task Leaves_every_ride_in_order() =>
        Gen.Int[0, Kinds - 1]
            .Array[1, 40]
            .SampleAsync(
                async kinds =>
                {
                    await new Storm().Rage(kinds);
                },
                iter: 200,
                threads: 1
            );

    static HashSet<(string, string)> Legal()
    {
        var graph = new RideStateMachine(RideLab.Times, RideLab.Plausibility).GetGraph();
        return
        [
            .. from step in graph.Edges.Where(edge => edge.From.VertexType == typeof(MassTransit.State))
            from onward in graph.Edges
            where onward.From.Equals(step.To)
            select (step.From.Title, onward.To.Title),
        ];
    }

    sealed class Storm : RideLab
    {
        readonly List<object> _log = [];
        readonly Dictionary<Guid, string> _offers = [];
        int _seen;
        int _second;

        public async Task Rage(int[] kinds)
        {
            await Say(Requested());
            foreach (var kind in kinds)
            {
                var before = await Snapshot();
                await Happen(kind);
                await Check(before);
            }
        }

        // Later and later, though now and then by a clock that is behind.
        Task Happen(int kind)
        {
            _second += kind % 5 == 0 ? -30 : 120;
            return kind switch
            {
                0 => Say(Requested()),
                1 => Say(Assigned(Anna, AnnasOffer, _second)),
                2 => Say(Assigned(Bela, BelasOffer, _second)),
                3 => Say(Assigned(Anna, Guid.CreateVersion7(), _second)),
                4 => Say(Arrived(Anna, _second)),
                5 => Say(Arrived(Bela, _second)),
                6 => Say(Started(Anna, _second)),
                7 => Say(Started(Bela, _second)),
                8 => Say(Completed(Anna, _second)),
                9 => Say(Completed(Bela, _second)),
                10 => Say(Released(Anna, _second)),
                11 => Say(Released(Bela, _second)),
                12 => Say(NoShow(Anna, _second)),
                13 => Say(Cancelled(_second)),
                14 => Say(Deadline(1 + _second / 120 % 3)),
                15 => Say(Rated(seconds: _second)),
                16 => Say(Fare()),
                17 => Say(Captured()),
                18 => Say(Failed(willRetry: _second % 240 == 0)),
                19 => Say(Outstanding()),
                _ => Say(Settled()),
            };
        }

        async Task Say<T>(T message)
            where T : class
        {
            // An assignment is in the log before the machine hears of it; what the machine says comes after.
            if (message is DriverAssigned assigned && _offers.TryAdd(assigned.OfferId, assigned.DriverId))
                _log.Add(message);
            await Tell(message);
            _log.AddRange(Said.Skip(_seen).Where(it => it.GetType().Namespace == typeof(Place).Namespace));
            _seen = Said.Count;
        }

        async Task<(string Status, PaymentStatus Payment, Money? Fare)> Snapshot() =>
            await Ride() is var ride ? (ride.Status, ride.PaymentStatus, ride.Fare) : default;

        async Task Check((string Status, PaymentStatus Payment, Money? Fare) before)
        {
            var ride = await Ride();
            if (ride.Status != before.Status)
                s_legal.ShouldContain((before.Status, ride.Status));
            ((int)ride.PaymentStatus).ShouldBeGreaterThanOrEqualTo((int)before.Payment);
            if (before.Fare is not null)
                ride.Fare.ShouldBe(before.Fare);

            var status = ride.Is();
            Folded().ShouldBe(status);
            var active = status < RideStatus.Completed;
            var driven = active && status != RideStatus.Requested;
            ride.ActiveRiderId.ShouldBe(active ? Rider : null);
            ride.ActiveDriverId.ShouldBe(driven ? ride.DriverId : null);
            (ride.DriverId is not null).ShouldBe(ride.OfferId is not null);
            if (driven)
                ride.DriverId.ShouldNotBeNull();
            (ride.SearchDeadlineToken is not null).ShouldBe(status == RideStatus.Requested);

            // The end comes once, and says so once.
            _log.Count(it => it is RideCompleted or RideCancelled or NoDriverFound).ShouldBe(active ? 0 : 1);

            // No driver is forgotten: each has the ride, had it to its end, or was told once that he is free.
            foreach (var offer in _offers.Keys)
                _log.OfType<DriverUnassigned>()
                    .Count(it => it.OfferId == offer)
                    .ShouldBe(offer == ride.OfferId ? 0 : 1);
        }

        RideStatus? Folded() =>
            _log.Aggregate(
                (RideStatus?)null,
                (status, happened) =>
                    RideProgress.After(
                        status,
                        happened.GetType().Name,
                        JsonSerializer.SerializeToElement(happened, happened.GetType(), JsonSerializerOptions.Web)
                    )
            );
    }
}
