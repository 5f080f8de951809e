using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Matching;
using RideBooking.Payments;
using RideBooking.Payments.Authorizations;
using RideBooking.Payments.Gateway;
using RideBooking.Rides;
using RideBooking.TestKit.Api;

namespace RideBooking.Tests.People;

/// <summary>One run: riders and drivers of its own, the steps, and the end, in which everything that is left happens.</summary>
internal sealed class Play(PeopleLab lab, int number)
{
    /// <summary>The number of riders, and of drivers.</summary>
    public const int People = 3;

    // After so many steps, what waits is delivered, so that rides can be compared with their events on the way, too.
    const int StepsToQuiet = 30;

    // Enough for every timer of a ride and a payment, at half a minute each.
    const int MaxRounds = 40;

    static readonly string[] s_cards = ["tok_visa", "tok_declined_once", "tok_timeout", "tok_visa", "tok_declined"];
    static readonly string[] s_taps = ["arrive", "start", "complete", "no-show", "release"];

    readonly List<Guid> _rides = [];
    readonly List<string> _story = [];
    readonly SandboxConditions _gateway = lab.Services.GetRequiredService<SandboxConditions>();
    int _sequence;

    /// <summary>The rides that the application has accepted.</summary>
    public IReadOnlyList<Guid> Rides => _rides;

    /// <summary>What happened, step by step.</summary>
    public string Story => string.Join(Environment.NewLine, _story);

    public async Task Run(IEnumerable<Step> steps)
    {
        for (var who = 0; who < People; who++)
        {
            await AddCard(who, s_cards[who]);
            await Driver(
                who,
                HttpMethod.Put,
                "drivers/me",
                new
                {
                    name = $"Driver {who}",
                    vehicle = new
                    {
                        @class = "standard",
                        plate = $"B-RB {who}",
                        model = "VW ID.4",
                    },
                }
            );
            await GoOnline(who);
        }
        while (lab.Waiting > 0)
            await lab.DeliverWaiting(0);
        foreach (var step in steps)
        {
            _story.Add($"{step}: {await Take(step)}");
            if (_story.Count % StepsToQuiet == 0)
            {
                await DeliverAll();
                if (lab.Waiting == 0)
                    (await PeopleInvariants.Differences(lab, _rides)).ShouldBeEmpty(Story);
            }
        }
        await End();
    }

    async Task<string> Take(Step step)
    {
        var (kind, who, pick) = step;
        switch (kind)
        {
            case StepKind.DeliverOldest:
                return await lab.DeliverWaiting(0);
            case StepKind.DeliverAny:
                return await lab.DeliverWaiting(pick);
            case StepKind.DeliverAgain:
                return await lab.DeliverAgain(pick, asSentAgain: false);
            case StepKind.SendAgain:
                return await lab.DeliverAgain(pick, asSentAgain: true);
            case StepKind.Request:
                return await Request(who, pick);
            case StepKind.DriverGoesOn:
                return await GoOn(who);
            case StepKind.DriverDeclines:
                return await OpenOffer(who) is { } offer
                    ? Said(await Driver(who, HttpMethod.Post, $"offers/{offer}/decline", new { }))
                    : "no offer";
            case StepKind.DriverReleases:
                return await RideOf(who) is { } driven ? await Act(who, driven.CorrelationId, "release") : "no ride";
            case StepKind.DriverTaps:
                return Any(pick) is { } some ? await Act(who, some, s_taps[pick % s_taps.Length]) : "no ride";
            case StepKind.DriverTakesBreak:
                var ended = await Driver(who, HttpMethod.Delete, "drivers/me/shift");
                return $"{Said(ended)}, {await GoOnline(who)}";
            case StepKind.ReportNoShow:
                return await RideOf(who) is { } waiting ? await NoShow(who, waiting) : "no ride";
            case StepKind.Cancel:
                return Any(pick) is { } unwanted
                    ? Said(
                        await Rider(who, HttpMethod.Post, $"rides/{unwanted}/cancel", new { reason = "other plans" })
                    )
                    : "no ride";
            case StepKind.ChangeDestination:
                return Any(pick) is { } changed ? await ChangeDestination(who, changed, pick) : "no ride";
            case StepKind.ChangeCard:
                return Said(await AddCard(who, s_cards[pick % s_cards.Length]));
            case StepKind.Rate:
                return Any(pick) is { } rated
                    ? Said(await Rider(who, HttpMethod.Post, $"rides/{rated}/rating", new { stars = 1 + pick % 5 }))
                    : "no ride";
            case StepKind.OperatorActs:
                return Any(pick) is { } stuck ? await OperatorActs(stuck, pick) : "no ride";
            case StepKind.Refund:
                return Any(pick) is { } paid ? await Refund(paid, pick) : "no ride";
            case StepKind.PayBalance:
                return Said(await Rider(who, HttpMethod.Post, "riders/me/balance/pay", new { }));
            case StepKind.Gateway:
                _gateway.IsAvailable = !_gateway.IsAvailable;
                return $"available: {_gateway.IsAvailable}";
            case StepKind.PassSeconds:
                lab.Pass(TimeSpan.FromSeconds(1 + pick % 15));
                return $"{lab.Now:T}";
            case StepKind.PassMinutes:
                lab.Pass(TimeSpan.FromMinutes(1 + pick % 4));
                return $"{lab.Now:T}";
            default:
                throw new InvalidOperationException($"Unknown step {kind}.");
        }
    }

    /// <summary>Lets everything that has begun come to its end: messages, timers, drivers with a ride, payments.</summary>
    async Task End()
    {
        _gateway.IsAvailable = true;
        var answersLost = lab.Services.GetRequiredService<ResumePayments>();
        for (var round = 0; round < MaxRounds; round++)
        {
            await DeliverAll();
            for (var who = 0; who < People; who++)
                await GoOn(who);
            if (lab.Waiting == 0 && await IsOver())
                break;
            lab.Pass(TimeSpan.FromSeconds(30));
            if (round % 5 == 4)
                await answersLost.Resume(PeopleLab.Stop);
        }
        for (var who = 0; who < People; who++)
            await Driver(who, HttpMethod.Delete, "drivers/me/shift");
        while (lab.Waiting > 0 && !lab.Failures.Any())
            await lab.DeliverWaiting(0);
        lab.Forget();
    }

    // A message that still fails after all others waits for the next time.
    async Task DeliverAll()
    {
        for (var left = 3 * lab.Waiting + 30; left > 0 && lab.Waiting > 0; left--)
            await lab.DeliverWaiting(0);
    }

    async Task<bool> IsOver() =>
        await lab.In(async db =>
            !await db.Set<Ride>().AnyAsync(ride => _rides.Contains(ride.CorrelationId) && ride.ActiveRiderId != null)
            && !await db.Set<Payment>()
                .AnyAsync(payment =>
                    _rides.Contains(payment.CorrelationId)
                    && (
                        PeopleInvariants.Undecided.Contains(payment.Status)
                        // The regular check for lost answers asks the gateway again.
                        || payment.AuthorizationState == AuthorizationStates.Voiding
                        || payment.Unresolved
                    )
                )
        );

    async Task<string> Request(int who, int pick)
    {
        var trip = new { pickup = Place(pick), dropoff = Place(pick + 500) };
        var quote = await Rider(who, HttpMethod.Post, "quotes", trip);
        var requested = await Rider(
            who,
            HttpMethod.Post,
            "rides",
            new
            {
                trip.pickup,
                trip.dropoff,
                quoteId = pick % 3 == 0 ? null : quote.Text("quoteId"),
            }
        );
        if (requested.Body?["id"] is { } id)
            _rides.Add(Guid.Parse(id.ToString()));
        return Said(requested);
    }

    async Task<string> GoOn(int who)
    {
        if (await RideOf(who) is not { } ride)
            return await OpenOffer(who) is { } offer
                ? $"accepts: {Said(await Driver(who, HttpMethod.Post, $"offers/{offer}/accept"))}"
                : "nothing to do";
        switch (ride.Status)
        {
            case nameof(RideStateMachine.DriverAssigned):
                await Report(who, ride.Pickup.Lat, ride.Pickup.Lng);
                return await Act(who, ride.CorrelationId, "arrive");
            case nameof(RideStateMachine.DriverArrived):
                return await Act(who, ride.CorrelationId, "start");
            default:
                // A ride takes its time.
                lab.Pass(TimeSpan.FromMinutes(4));
                await Report(who, ride.Dropoff.Lat, ride.Dropoff.Lng);
                return await Act(who, ride.CorrelationId, "complete");
        }
    }

    async Task<string> NoShow(int who, Ride ride)
    {
        await Report(who, ride.Pickup.Lat, ride.Pickup.Lng);
        return await Act(who, ride.CorrelationId, "no-show");
    }

    async Task<string> Act(int who, Guid ride, string action) =>
        $"{action}: "
        + Said(
            await Driver(
                who,
                HttpMethod.Post,
                $"rides/{ride}/{action}",
                action switch
                {
                    "complete" => new { distanceMeters = 5200 },
                    "release" => new { reason = "a flat tyre" },
                    _ => null,
                }
            )
        );

    async Task<string> ChangeDestination(int who, Guid ride, int pick)
    {
        var dropoff = Place(pick + 250);
        var quote = await Rider(who, HttpMethod.Post, $"rides/{ride}/destination-quotes", new { dropoff });
        if (quote.Body?["quoteId"] is not { } quoteId)
            return Said(quote);
        return Said(
            await Rider(
                who,
                HttpMethod.Post,
                $"rides/{ride}/destination",
                new { dropoff, quoteId = quoteId.ToString() }
            )
        );
    }

    async Task<string> OperatorActs(Guid ride, int pick)
    {
        var action = (pick % 3) switch
        {
            0 => "force-cancel",
            1 => "force-complete",
            _ => "reassign",
        };
        var reason = new { reason = "asked by telephone" };
        return $"{action}: {Said(await Operator($"operations/rides/{ride}/{action}", reason))}";
    }

    async Task<string> Refund(Guid ride, int pick) =>
        Said(
            await Operator(
                $"operations/payments/{ride}/refund",
                pick % 2 == 0
                    ? new { reason = "a complaint", reasonCode = "goodwill" }
                    : new
                    {
                        reason = "a complaint",
                        reasonCode = "goodwill",
                        amount = new { amount = "1.50", currency = "EUR" },
                    }
            )
        );

    async Task<string> GoOnline(int who) =>
        Said(await Driver(who, HttpMethod.Post, "drivers/me/shift", new { location = Place(100 * who) }));

    Task<Answer> AddCard(int who, string token) =>
        Rider(who, HttpMethod.Post, "riders/me/payment-methods", new { token, makeDefault = true });

    Task<Answer> Report(int who, double lat, double lng) =>
        Driver(
            who,
            HttpMethod.Put,
            "drivers/me/location",
            new
            {
                lat,
                lng,
                sequence = ++_sequence,
            }
        );

    Task<Ride?> RideOf(int who) =>
        lab.In(db => db.Set<Ride>().AsNoTracking().SingleOrDefaultAsync(ride => ride.ActiveDriverId == DriverId(who)));

    Task<Guid?> OpenOffer(int who) =>
        lab.In(db =>
            db.Set<Offer>()
                .Where(offer => offer.ActiveDriverId == DriverId(who) && offer.Status == OfferStatus.Open)
                .Select(offer => (Guid?)offer.OfferId)
                .SingleOrDefaultAsync()
        );

    Task<Answer> Rider(int who, HttpMethod method, string path, object? body = null) =>
        lab.Do("rider", $"rider-{number}-{who}", method, path, body);

    Task<Answer> Driver(int who, HttpMethod method, string path, object? body = null) =>
        lab.Do("driver", DriverId(who), method, path, body);

    Task<Answer> Operator(string path, object body) => lab.Do("operator", "clerk", HttpMethod.Post, path, body);

    string DriverId(int who) => $"driver-{number}-{who}";

    Guid? Any(int pick) => _rides.Count == 0 ? null : _rides[^(1 + pick % Math.Min(3, _rides.Count))];

    // Around Berlin's centre, within the radius of a search.
    static object Place(int pick) => new { lat = 52.5 + pick % 40 * 0.001, lng = 13.4 + pick % 37 * 0.001 };

    static string Said(Answer answer) => $"{(int)answer.Status} {answer.Code}".TrimEnd();
}
