using System.Text.Json;

namespace RideBooking.Demo.People;

/// <summary>A rider with an app, who asks for the price, rides, sometimes changes their mind, pays and rates.</summary>
internal sealed class Rider(int number, Api api, Pace pace, int seed)
{
    // How long riders look at the app after a ride, in city time.
    const double SecondsAfterRide = 25;

    readonly Session _app = api.For("rider", $"{Names.RiderId}{number}");
    readonly Chance _chance = new(seed, $"rider {number}");
    readonly Dictionary<string, string> _cards = [];

    /// <summary>Rides until cancelled.</summary>
    public async Task Live(CancellationToken cancellationToken)
    {
        while (true)
        {
            var trip = Trip.Next(_chance);
            await pace.Pass(trip.Rest, cancellationToken);
            await pace.WhilePaused(cancellationToken);
            if (await Request(trip, cancellationToken) is { } ride)
                await Follow(ride, trip, cancellationToken);
        }
    }

    /// <returns>The ride, or null if the rider takes no ride this time.</returns>
    async Task<string?> Request(Trip trip, CancellationToken cancellationToken)
    {
        var way = new { pickup = trip.From, dropoff = trip.To };
        var quote = await _app.Do(HttpMethod.Post, "quotes", way, cancellationToken);
        if (trip.IsTooExpensive)
            return null;
        var card = await Card(trip.Card, cancellationToken);
        var request = new
        {
            way.pickup,
            way.dropoff,
            quoteId = quote.GetProperty("quoteId").GetString(),
            paymentMethodId = card,
        };
        var response = await _app.Send(HttpMethod.Post, "rides", request, cancellationToken);
        switch (response.Code)
        {
            case "active_ride_exists": // from before the host was restarted
                return response.Body.GetProperty("rideId").GetString();
            case "outstanding_balance":
                await PayBalance(cancellationToken);
                return null;
            case "quote_expired":
                return null;
        }
        return response.Ok
            ? response.Body.GetProperty("id").GetString()
            : throw new RefusedException("POST rides", response);
    }

    /// <summary>Follows the ride in the app until its end is known, or the rider's time is up.</summary>
    async Task Follow(string ride, Trip trip, CancellationToken cancellationToken)
    {
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var changing = trip.CancelAfter is { } after ? CancelLater(ride, after, leave.Token) : Task.CompletedTask;
        try
        {
            await foreach (var (type, data) in _app.Listen($"rides/{ride}/events", leave.Token))
                // Where the driver is comes without an event.
                if (data.TryGetProperty("payload", out var payload) && await HasEnded(ride, type, payload, trip, leave))
                    break;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The rider's time is up. They find later events when they open the app again.
        }
        finally
        {
            await leave.CancelAsync();
            await changing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        if (changing.IsFaulted)
            await changing;
    }

    async Task<bool> HasEnded(string ride, string type, JsonElement payload, Trip trip, CancellationTokenSource leave)
    {
        switch (type)
        {
            case "NoDriverFound":
                return true;
            case "CancellationFeeAssessed":
                return payload.GetProperty("amount").GetProperty("amount").GetString() is "0" or "0.00" or "0.000";
            case "RideCompleted" or "RideCancelled":
                leave.CancelAfter(TimeSpan.FromSeconds(Math.Max(2, SecondsAfterRide / pace.Current)));
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

    async Task CancelLater(string ride, double after, CancellationToken cancellationToken)
    {
        await pace.Pass(after, cancellationToken);
        // Refused if the rider is already aboard, or has arrived.
        await _app.Send(HttpMethod.Post, $"rides/{ride}/cancel", new { reason = "Changed my mind" }, cancellationToken);
    }

    async Task PayBalance(CancellationToken cancellationToken)
    {
        var paymentMethodId = await Card(Trip.GoodCard, cancellationToken);
        // Refused if the balance has been paid by now.
        await _app.Send(HttpMethod.Post, "riders/me/balance/pay", new { paymentMethodId }, cancellationToken);
        await pace.Pass(1, cancellationToken);
    }

    /// <summary>Returns the id of a card. A card is added when it is first used.</summary>
    async Task<string> Card(string token, CancellationToken cancellationToken)
    {
        if (_cards.Count == 0)
        {
            var methods = await _app.Do(HttpMethod.Get, "riders/me/payment-methods", null, cancellationToken);
            foreach (var known in methods.GetProperty("items").EnumerateArray())
                if (known.TryGetProperty("label", out var label) && label.GetString() is { } name)
                    _cards.TryAdd(name, known.GetProperty("id").GetString()!);
        }
        if (_cards.TryGetValue(token, out var id))
            return id;
        var card = new { token, label = token };
        var added = await _app.Do(HttpMethod.Post, "riders/me/payment-methods", card, cancellationToken);
        return _cards[token] = added.GetProperty("id").GetString()!;
    }
}
