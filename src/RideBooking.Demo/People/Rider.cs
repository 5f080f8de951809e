using System.Text.Json;

namespace RideBooking.Demo.People;

/// <summary>A rider with an app: asks for the price, rides, now and then changes his mind, pays, rates.</summary>
internal sealed class Rider(int number, Api api, Pace pace, int seed)
{
    // So long a rider looks at the app after the ride, in seconds of the city.
    const double Patience = 25;

    readonly Session _app = api.For("rider", $"{Names.RiderId}{number}");
    readonly Chance _chance = new(seed, $"rider {number}");
    readonly Dictionary<string, string> _cards = [];

    /// <summary>Rides until told to stop.</summary>
    public async Task Live(CancellationToken stop)
    {
        while (true)
        {
            var trip = Trip.Next(_chance);
            await pace.Pass(trip.Rest, stop);
            await pace.WhilePaused(stop);
            if (await Request(trip, stop) is { } ride)
                await Follow(ride, trip, stop);
        }
    }

    /// <returns>The ride, or null for no ride this time.</returns>
    async Task<string?> Request(Trip trip, CancellationToken stop)
    {
        var way = new { pickup = trip.From, dropoff = trip.To };
        var quote = await _app.Do(HttpMethod.Post, "quotes", way, stop);
        if (trip.TooDear)
            return null;
        var card = await Card(trip.Card, stop);
        var wish = new
        {
            way.pickup,
            way.dropoff,
            quoteId = quote.GetProperty("quoteId").GetString(),
            paymentMethodId = card,
        };
        var answer = await _app.Send(HttpMethod.Post, "rides", wish, stop);
        switch (answer.Code)
        {
            case "active_ride_exists": // from before the host was restarted
                return answer.Body.GetProperty("rideId").GetString();
            case "outstanding_balance":
                await PayBalance(stop);
                return null;
            case "quote_expired":
                return null;
        }
        return answer.Ok ? answer.Body.GetProperty("id").GetString() : throw new RefusedException("POST rides", answer);
    }

    /// <summary>Looks at the app until everything is said, or long enough.</summary>
    async Task Follow(string ride, Trip trip, CancellationToken stop)
    {
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var changing = trip.CancelAfter is { } after ? ChangeMind(ride, after, leave.Token) : Task.CompletedTask;
        try
        {
            await foreach (var (type, data) in _app.Listen($"rides/{ride}/events", leave.Token))
                if (await IsOver(ride, type, data.GetProperty("payload"), trip, leave))
                    break;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // Has looked long enough; whatever is still to come, the rider finds it later.
        }
        finally
        {
            await leave.CancelAsync();
            await changing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        if (changing.IsFaulted)
            await changing;
    }

    async Task<bool> IsOver(string ride, string type, JsonElement payload, Trip trip, CancellationTokenSource leave)
    {
        switch (type)
        {
            case "NoDriverFound":
                return true;
            case "CancellationFeeAssessed":
                return payload.GetProperty("amount").GetProperty("amount").GetString() is "0" or "0.00" or "0.000";
            case "RideCompleted" or "RideCancelled":
                leave.CancelAfter(TimeSpan.FromSeconds(Math.Max(2, Patience / pace.Current)));
                if (type == "RideCompleted" && trip.Stars is { } stars)
                    await _app.Send(HttpMethod.Post, $"rides/{ride}/rating", new { stars }, leave.Token);
                return false;
            case "BalanceOutstanding":
                await PayBalance(leave.Token);
                return false;
            case "PaymentCaptured":
                return true;
            default:
                return false;
        }
    }

    async Task ChangeMind(string ride, double after, CancellationToken stop)
    {
        await pace.Pass(after, stop);
        // Refused where the rider is aboard already, or arrived.
        await _app.Send(HttpMethod.Post, $"rides/{ride}/cancel", new { reason = "Changed my mind" }, stop);
    }

    async Task PayBalance(CancellationToken stop)
    {
        var paymentMethodId = await Card(Trip.GoodCard, stop);
        // Refused when it is paid by now.
        await _app.Send(HttpMethod.Post, "riders/me/balance/pay", new { paymentMethodId }, stop);
        await pace.Pass(1, stop);
    }

    /// <summary>The id of a card, which is added when it is used for the first time.</summary>
    async Task<string> Card(string token, CancellationToken stop)
    {
        if (_cards.Count == 0)
        {
            var methods = await _app.Do(HttpMethod.Get, "riders/me/payment-methods", null, stop);
            foreach (var known in methods.GetProperty("items").EnumerateArray())
                if (known.TryGetProperty("label", out var label) && label.GetString() is { } name)
                    _cards.TryAdd(name, known.GetProperty("id").GetString()!);
        }
        if (_cards.TryGetValue(token, out var id))
            return id;
        var card = new { token, label = token };
        var added = await _app.Do(HttpMethod.Post, "riders/me/payment-methods", card, stop);
        return _cards[token] = added.GetProperty("id").GetString()!;
    }
}
