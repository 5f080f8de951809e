using CsCheck;
using MassTransit.SagaStateMachine;
using RideBooking.Contracts;
using RideBooking.Rides;
using RideBooking.TestKit.Contracts;

namespace RideBooking.Tests.Rides;

/// <summary>Sends random messages in any order, with duplicates, and checks the invariants of a ride after each.</summary>
public sealed class When_any_messages_come_in_any_order
{
    const int Kinds = 31;

    static readonly HashSet<(string From, string To)> s_legal = RideTransitions.Legal();

    [Fact]
    public Task Every_ride_stays_consistent() =>
        Gen.Int[0, Kinds - 1]
            .Array[1, 40]
            .SampleAsync(
                async kinds =>
                {
                    await new Storm().Run(kinds);
                },
                iter: 200,
                threads: 1
            );

    sealed class Storm : RideLab
    {
        readonly List<object> _log = [];
        readonly Dictionary<Guid, string> _offers = [];
        int _seen;
        int _second;

        public async Task Run(int[] kinds)
        {
            await SendAndLog(Requested());
            foreach (var kind in kinds)
            {
                var before = await Snapshot();
                await SendRandom(kind);
                await Check(before);
            }
        }

        // Each message is later than the one before, but some come from a clock that is behind.
        Task SendRandom(int kind)
        {
            _second += kind % 5 == 0 ? -30 : 120;
            return kind switch
            {
                0 => SendAndLog(Requested()),
                1 => SendAndLog(Assigned(Anna, AnnasOffer, _second)),
                2 => SendAndLog(Assigned(Bela, BelasOffer, _second)),
                3 => SendAndLog(Assigned(Anna, Guid.CreateVersion7(), _second)),
                4 => SendAndLog(Arrived(Anna, _second)),
                5 => SendAndLog(Arrived(Bela, _second)),
                6 => SendAndLog(Started(Anna, _second)),
                7 => SendAndLog(Started(Bela, _second)),
                8 => SendAndLog(Completed(Anna, _second)),
                9 => SendAndLog(Completed(Bela, _second)),
                10 => SendAndLog(Released(Anna, _second)),
                11 => SendAndLog(Released(Bela, _second)),
                12 => SendAndLog(NoShow(Anna, _second)),
                13 => SendAndLog(Cancelled(_second)),
                14 => SendAndLog(Deadline(1 + _second / 120 % 3)),
                15 => SendAndLog(Rated(seconds: _second)),
                16 => SendAndLog(Fare()),
                17 => SendAndLog(Captured()),
                18 => SendAndLog(Failed(willRetry: _second % 240 == 0)),
                19 => SendAndLog(Outstanding()),
                20 => SendAndLog(Settled()),
                21 => SendAndLog(Reassigned(_second)),
                22 => SendAndLog(WrongPin(Anna, _second)),
                23 => SendAndLog(EndedByRider(_second)),
                24 => SendAndLog(BecameOverdue()),
                25 => SendAndLog(RatedByDriver(seconds: _second)),
                26 => SendAndLog(Authorized()),
                27 => SendAndLog(Refunded(_second % 240 == 0 ? 12.4m : 5m)),
                28 => SendAndLog(Redirected(1, _second)),
                29 => SendAndLog(Redirected(2, _second, Guid.CreateVersion7(), [Samples.Zoo])),
                _ => SendAndLog(WentSilent(Anna, _second)),
            };
        }

        async Task SendAndLog<T>(T message)
            where T : class
        {
            // An assignment is in the log before the machine receives it; the machine's events follow.
            if (message is DriverAssigned assigned && _offers.TryAdd(assigned.OfferId, assigned.DriverId))
                _log.Add(message);
            await Send(message);
            _log.AddRange(AllPublished.Skip(_seen).Where(it => it.GetType().Namespace == typeof(Place).Namespace));
            _seen = AllPublished.Count;
        }

        async Task<(string Status, PaymentStatus Payment, Money? Fare)> Snapshot() =>
            await Ride() is var ride ? (ride.Status, ride.PaymentStatus, ride.Fare) : default;

        async Task Check((string Status, PaymentStatus Payment, Money? Fare) before)
        {
            var ride = await Ride();
            if (ride.Status != before.Status)
                s_legal.ShouldContain((before.Status, ride.Status));
            // An authorization ends when nothing is due. Else a payment never goes back.
            if (before.Payment != PaymentStatus.Authorized || ride.PaymentStatus != PaymentStatus.None)
                ((int)ride.PaymentStatus).ShouldBeGreaterThanOrEqualTo((int)before.Payment);
            if (before.Fare is not null)
                ride.Fare.ShouldBe(before.Fare);

            var status = ride.Is();
            var active = status < RideStatus.Completed;
            var driven = active && status != RideStatus.Requested;
            ride.ActiveRiderId.ShouldBe(active ? Rider : null);
            ride.ActiveDriverId.ShouldBe(driven ? ride.DriverId : null);
            (ride.DriverId is not null).ShouldBe(ride.OfferId is not null);
            if (driven)
                ride.DriverId.ShouldNotBeNull();
            (ride.SearchDeadlineTokenId is not null).ShouldBe(status == RideStatus.Requested);
            if (status != RideStatus.InProgress)
                ride.OverdueTokenId.ShouldBeNull();
            ride.Flags.Count(flag => flag.Code is "rideOverdue").ShouldBeLessThan(2);

            // A ride ends once, with one event.
            _log.Count(it => it is RideCompleted or RideCancelled or NoDriverFound).ShouldBe(active ? 0 : 1);

            // Every change is the next one, and the ride has the quote of the last.
            _log.OfType<DestinationChanged>()
                .Select(change => change.Number)
                .ShouldBe(Enumerable.Range(1, ride.DestinationChanges));
            ride.QuoteId.ShouldBe(_log.OfType<DestinationChanged>().LastOrDefault()?.QuoteId);

            // Each driver has the ride, had it to its end, or was freed once.
            foreach (var offer in _offers.Keys)
                _log.OfType<DriverUnassigned>()
                    .Count(it => it.OfferId == offer)
                    .ShouldBe(offer == ride.OfferId ? 0 : 1);
        }
    }
}
