using System.Diagnostics;
using System.Net;
using System.Text.Json;

namespace RideBooking.Benchmarks;

/// <summary>One completed ride with its latencies for the rider.</summary>
/// <param name="Id">The ride's id.</param>
/// <param name="Answered">The time from the request to its answer: the ride is accepted and durable.</param>
/// <param name="Captured">The time from the request to the event that the ride is paid.</param>
sealed record CompletedRide(Guid Id, TimeSpan Answered, TimeSpan Captured);

/// <summary>Riders and drivers who act concurrently as their apps do: over HTTP, notified by server-sent events.</summary>
sealed class City(Api api, int seed)
{
    const double Lat = 52.52;
    const double Lng = 13.405;

    static readonly TimeSpan s_shortestWay = TimeSpan.FromMilliseconds(20);

    readonly Random _random = new(seed);
    TimeSpan _way;

    /// <summary>Puts a driver on duty, who accepts every offer and drives until cancelled.</summary>
    /// <returns>The task of driving; it fails if the API answers unexpectedly.</returns>
    public async Task<Task> StartDriver(string token, CancellationToken cancellationToken)
    {
        await api.Do(
            HttpMethod.Put,
            "drivers/me",
            token,
            new
            {
                name = "Max",
                vehicle = new
                {
                    @class = "standard",
                    plate = "B-RB 2026",
                    model = "VW ID.4",
                },
            },
            cancellationToken
        );
        await api.Do(HttpMethod.Post, "drivers/me/shift", token, new { location = Somewhere() }, cancellationToken);
        return Drive(token, cancellationToken);
    }

    /// <summary>Resets the drivers' time to the pickup, because the load changes.</summary>
    public void ResetPace() => _way = TimeSpan.Zero;

    /// <summary>Ends a driver's shift.</summary>
    public Task EndShift(string token, CancellationToken cancellationToken) =>
        api.Do(HttpMethod.Delete, "drivers/me/shift", token, null, cancellationToken);

    /// <summary>A new rider requests a ride and follows it until it is paid.</summary>
    public async Task<CompletedRide> Ride(string token, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var ride = await api.Do(
            HttpMethod.Post,
            "rides",
            token,
            new { pickup = Somewhere(), dropoff = Somewhere() },
            cancellationToken
        );
        var answered = Stopwatch.GetElapsedTime(started);
        var id = ride.GetProperty("id").GetGuid();
        await foreach (var happened in api.Listen($"rides/{id}/events", token, cancellationToken))
            switch (happened.EventType)
            {
                case "PaymentCaptured":
                    return new CompletedRide(id, answered, Stopwatch.GetElapsedTime(started));
                case "RideCancelled" or "NoDriverFound" or "PaymentFailed":
                    throw new InvalidOperationException($"Ride {id} ended with {happened.EventType}: {happened.Data}");
            }
        throw new InvalidOperationException("A reconnecting stream does not end.");
    }

    async Task Drive(string token, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var happened in api.Listen("drivers/me/events", token, cancellationToken))
            {
                if (happened.EventType != "offer")
                    continue;
                var offer = JsonSerializer.Deserialize<JsonElement>(happened.Data);
                var (status, answer) = await api.Send(
                    HttpMethod.Post,
                    $"offers/{offer.GetProperty("offerId").GetGuid()}/accept",
                    token,
                    null,
                    cancellationToken
                );
                if (status == HttpStatusCode.Conflict)
                    continue; // the offer expired under the load: the ride goes to another driver
                if (status != HttpStatusCode.OK)
                    throw new InvalidOperationException($"Accepting was answered {(int)status} {answer}");

                var ride = $"rides/{offer.GetProperty("rideId").GetGuid()}";
                await Arrive(ride, token, cancellationToken);
                await api.Do(HttpMethod.Post, $"{ride}/start", token, null, cancellationToken);
                await api.Do(
                    HttpMethod.Post,
                    $"{ride}/complete",
                    token,
                    new { distanceMeters = 6100 },
                    cancellationToken
                );
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The driver goes off duty.
        }
    }

    /// <summary>
    /// Reports the arrival. The ride learns of its driver by a message; until then a real driver is still on the way. The drive
    /// takes slightly less than the last driver's, because real drivers do not cause the load of repeated failing requests.
    /// </summary>
    async Task Arrive(string ride, string token, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        for (var pause = AtLeastShortest(_way * 0.8); ; pause = AtLeastShortest(_way * 0.1))
        {
            await Task.Delay(pause, cancellationToken);
            var (status, answer) = await api.Send(HttpMethod.Post, $"{ride}/arrive", token, null, cancellationToken);
            if (status == HttpStatusCode.Accepted)
            {
                _way = Stopwatch.GetElapsedTime(started);
                return;
            }
            if (status != HttpStatusCode.NotFound)
                throw new InvalidOperationException($"Arriving was answered {(int)status} {answer}");
        }
    }

    static TimeSpan AtLeastShortest(TimeSpan way) => way > s_shortestWay ? way : s_shortestWay;

    object Somewhere()
    {
        lock (_random)
            return new
            {
                lat = Lat + (_random.NextDouble() - 0.5) * 0.08,
                lng = Lng + (_random.NextDouble() - 0.5) * 0.12,
            };
    }
}
