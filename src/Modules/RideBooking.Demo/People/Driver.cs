using System.Net;
using System.Text.Json;

namespace RideBooking.Demo.People;

/// <summary>A driver with an app, who goes on duty, answers offers, drives and takes breaks.</summary>
internal sealed class Driver(int number, Api api, Pace pace, TimeProvider clock, int seed)
{
    static readonly TimeSpan s_betweenReports = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The interval of location reports, also while standing still: drivers without recent reports get no offers.
    /// </summary>
    static readonly TimeSpan s_atLeast = TimeSpan.FromSeconds(30);

    readonly Session _app = api.For("driver", $"{Names.DriverId}{number}");
    readonly Chance _answers = new(seed, $"driver {number} answers");
    readonly Chance _shifts = new(seed, $"driver {number} shifts");
    readonly Chance _drives = new(seed, $"driver {number} drives");
    volatile Spot _here = Places.Any(new Chance(seed, $"driver {number} begins"));
    volatile bool _onDuty;

    /// <summary>Drives until cancelled.</summary>
    public async Task Live(CancellationToken cancellationToken)
    {
        var vehicle = new
        {
            @class = "standard",
            plate = $"B-RB {100 + number}",
            model = Names.Model(number),
        };
        await _app.Do(HttpMethod.Put, "drivers/me", new { name = Names.Driver(number), vehicle }, cancellationToken);

        // If one of them fails, it stops the others.
        using var together = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var all = new[] { KeepShifts(together.Token), Report(together.Token), Follow(together.Token) };
        var first = await Task.WhenAny(all);
        await together.CancelAsync();
        await Task.WhenAll(all).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
    }

    async Task KeepShifts(CancellationToken cancellationToken)
    {
        // Drivers do not start all at once.
        await pace.Pass(_shifts.Between(0, 4), cancellationToken);
        while (true)
        {
            await _app.Do(HttpMethod.Post, "drivers/me/shift", new { location = _here }, cancellationToken);
            _onDuty = true;
            do await pace.Pass(_shifts.Between(60, 180), cancellationToken);
            while (!(await _app.Send(HttpMethod.Delete, "drivers/me/shift", null, cancellationToken)).Ok); // 409: on a ride
            _onDuty = false;
            await pace.Pass(_shifts.Between(8, 20), cancellationToken);
        }
    }

    async Task Report(CancellationToken cancellationToken)
    {
        Spot? last = null;
        var lastAt = DateTimeOffset.MinValue;
        while (true)
        {
            await Task.Delay(s_betweenReports, clock, cancellationToken);
            var here = _here;
            var now = clock.GetUtcNow();
            if (!_onDuty || (here == last && now - lastAt < s_atLeast))
                continue;
            var sequence = now.ToUnixTimeMilliseconds();
            var report = new
            {
                lat = here.Lat,
                lng = here.Lng,
                sequence,
            };
            await _app.Do(HttpMethod.Put, "drivers/me/location", report, cancellationToken);
            (last, lastAt) = (here, now);
        }
    }

    /// <summary>Follows the app: one offer or one ride at a time.</summary>
    async Task Follow(CancellationToken cancellationToken)
    {
        Drive? current = null;
        try
        {
            await foreach (var (type, data) in _app.Listen("drivers/me/events", cancellationToken))
            {
                if (type is not ("offer" or "assigned" or "ended"))
                    continue;
                var offer = data.GetProperty("offerId").GetString()!;
                switch (type)
                {
                    case "offer":
                        await Answer(offer, cancellationToken);
                        break;
                    case "assigned" when current?.Offer != offer:
                        await End(current);
                        current = Drive.Begin(offer, end => Take(data, end), cancellationToken);
                        break;
                    case "ended" when current?.Offer == offer:
                        await End(current);
                        current = null;
                        break;
                }
            }
        }
        finally
        {
            await End(current);
        }
    }

    async Task Answer(string offer, CancellationToken cancellationToken)
    {
        var declines = _answers.Of(0.15);
        await pace.Pass(_answers.Between(0.3, 1.8), cancellationToken);
        // 409: the offer has ended by now.
        if (declines)
            await _app.Send(HttpMethod.Post, $"offers/{offer}/decline", new { reason = "Too far" }, cancellationToken);
        else
            await _app.Send(HttpMethod.Post, $"offers/{offer}/accept", null, cancellationToken);
    }

    async Task Take(JsonElement offer, CancellationToken cancellationToken)
    {
        var job = Job.Of(offer);
        var (approach, wait, way) = (_drives.Between(3, 7), _drives.Between(1, 3), _drives.Between(6, 13));
        var (breaksDown, riderIsAbsent) = (_drives.Of(0.03), _drives.Of(0.03));

        // A ride from before a restart of the host may be in a later state.
        var status = await Status(job, cancellationToken);
        if (status is null or Spellings.DriverAssigned)
        {
            await DriveTo(job.Pickup, approach, cancellationToken);
            if (breaksDown)
            {
                await SendCommand(job, "release", new { reason = "Flat tyre" }, cancellationToken);
                return;
            }
            if (!await SendCommand(job, "arrive", null, cancellationToken))
                return;
            await pace.Pass(wait, cancellationToken);
        }
        if (status is null or Spellings.DriverAssigned or Spellings.DriverArrived)
        {
            if (riderIsAbsent && await WaitWithoutAnswer(job, cancellationToken))
                return;
            if (!await SendCommand(job, "start", null, cancellationToken))
                return;
        }
        await DriveTo(job.Dropoff, way, cancellationToken);
        var distanceMeters = (int)(job.Pickup.MetersTo(job.Dropoff) * 1.25);
        await SendCommand(job, "complete", new { distanceMeters }, cancellationToken);
    }

    /// <summary>Reports a no-show as soon as the API accepts one.</summary>
    async Task<bool> WaitWithoutAnswer(Job job, CancellationToken cancellationToken)
    {
        await pace.Pass(4, cancellationToken);
        return (await _app.Send(HttpMethod.Post, $"{job.Ride}/no-show", null, cancellationToken)).Ok;
    }

    /// <summary>Sends a command to the ride, which refuses it if the ride has ended.</summary>
    /// <remarks>
    /// The ride may not know its driver yet, because the assignment is a message. Then the driver accepts the offer again,
    /// and the response says whether the ride is still theirs.
    /// </remarks>
    async Task<bool> SendCommand(Job job, string what, object? body, CancellationToken cancellationToken)
    {
        while (true)
        {
            var response = await _app.Send(HttpMethod.Post, $"{job.Ride}/{what}", body, cancellationToken);
            if (response.Status != HttpStatusCode.NotFound)
                return response.Ok;
            await pace.Pass(0.5, cancellationToken);
            if (!(await _app.Send(HttpMethod.Post, $"offers/{job.Offer}/accept", null, cancellationToken)).Ok)
                return false;
        }
    }

    async Task<string?> Status(Job job, CancellationToken cancellationToken) =>
        await _app.Send(HttpMethod.Get, job.Ride, null, cancellationToken) is { Ok: true } response
            ? response.Body.GetProperty("status").GetString()
            : null;

    async Task DriveTo(Spot to, double seconds, CancellationToken cancellationToken)
    {
        const double step = 0.5;
        var from = _here;
        for (var gone = 0.0; gone < seconds; gone += step)
        {
            await pace.Pass(step, cancellationToken);
            _here = from.Towards(to, gone / seconds);
        }
        _here = to;
    }

    static Task End(Drive? drive) => drive?.End() ?? Task.CompletedTask;

    sealed record Job(string Offer, string Ride, Spot Pickup, Spot Dropoff)
    {
        public static Job Of(JsonElement offer) =>
            new(
                offer.GetProperty("offerId").GetString()!,
                $"rides/{offer.GetProperty("rideId").GetString()}",
                Place(offer.GetProperty("pickup")),
                Place(offer.GetProperty("dropoff"))
            );

        static Spot Place(JsonElement place) =>
            new(place.GetProperty("lat").GetDouble(), place.GetProperty("lng").GetDouble());
    }

    /// <summary>A ride in progress, until it ends for any reason.</summary>
    sealed class Drive(string offer, Task driving, CancellationTokenSource end)
    {
        public string Offer => offer;

        public static Drive Begin(
            string offer,
            Func<CancellationToken, Task> drive,
            CancellationToken cancellationToken
        )
        {
            var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            return new Drive(offer, drive(end.Token), end);
        }

        public async Task End()
        {
            await end.CancelAsync();
            await driving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            end.Dispose();
            if (driving.IsFaulted)
                await driving;
        }
    }
}
