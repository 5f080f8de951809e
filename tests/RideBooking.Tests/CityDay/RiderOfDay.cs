using System.Net;
using System.Text.Json.Nodes;

namespace RideBooking.Tests.CityDay;

/// <summary>A rider of the simulated city, with a card that pays or does not.</summary>
internal sealed class RiderOfDay(Day day, int number)
{
    // Of a hundred cards.
    static readonly (int Of100, string Token)[] s_cards =
    [
        (86, "tok_visa"),
        (4, "tok_declined_once"),
        (3, "tok_declined"),
        (2, "tok_insufficient_funds"),
        (1, "tok_stolen"),
        (2, "tok_timeout"),
        (2, "tok_timeout_lost"),
    ];

    readonly Random _chance = new(DriverOfDay.HashCode(day.Settings.Seed, number, 2));
    bool _hasCard;

    public string Id => $"rider-{number:0000}";

    /// <summary>Requests the ride, and returns its id. Null if it was refused.</summary>
    public async Task<string?> Request(Trip trip)
    {
        if (!_hasCard)
        {
            await AddCard(Card());
            _hasCard = true;
        }
        foreach (var driver in day.WaitingNear(trip.Pickup).ToList())
            await driver.Report(driver.At, always: false);

        var body = trip.Places;
        body["vehicleClass"] = trip.VehicleClass;
        if (trip.PickupAt is { } pickupAt)
            body["pickupAt"] = pickupAt.ToString("O");
        else if (trip.TakesQuote)
        {
            var quote = await Do(HttpMethod.Post, "quotes", (JsonObject)body.DeepClone());
            if (quote.Status == HttpStatusCode.OK)
                body["quoteId"] = quote.Text("quoteId");
        }
        var requested = await Do(HttpMethod.Post, "rides", body);
        if (requested.Status != HttpStatusCode.Created)
            return null;
        trip.WasRequested(this, requested.Text("id"));
        return trip.Id;
    }

    /// <summary>Pays what is owed with a card that works.</summary>
    public async Task PayBalance()
    {
        await AddCard("tok_mastercard");
        await Do(HttpMethod.Post, "riders/me/balance/pay", []);
    }

    public Task<TestKit.Api.Answer> Do(HttpMethod method, string path, JsonObject? body = null) =>
        day.Do("rider", Id, method, path, body);

    Task<TestKit.Api.Answer> AddCard(string token) =>
        Do(HttpMethod.Post, "riders/me/payment-methods", new JsonObject { ["token"] = token, ["makeDefault"] = true });

    string Card()
    {
        var drawn = _chance.Next(100);
        foreach (var (of100, token) in s_cards)
            if ((drawn -= of100) < 0)
                return token;
        return s_cards[0].Token;
    }
}
