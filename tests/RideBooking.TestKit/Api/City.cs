using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace RideBooking.Tests.Api;

/// <summary>Riders and drivers as their apps are: over HTTP, knowing nothing of what is behind it.</summary>
/// <param name="open">A client of the API, signed in as nobody.</param>
/// <param name="wait">How its people begin to wait, so long at most; in real time when not said.</param>
public sealed class City(Func<HttpClient> open, Func<TimeSpan, IWaiting>? wait = null)
{
    public static readonly JsonObject Alexanderplatz = Place(52.5219, 13.4132);
    public static readonly JsonObject Zoo = Place(52.5072, 13.3325);

    public static JsonObject Place(double lat, double lng) => new() { ["lat"] = lat, ["lng"] = lng };

    /// <summary>A rider nobody met before.</summary>
    public async Task<Rider> Rider() => new(await SignIn("rider"), wait);

    /// <summary>A driver with a profile, off duty.</summary>
    public async Task<Driver> Driver(string vehicleClass = "standard")
    {
        var driver = new Driver(await SignIn("driver"), wait);
        await driver.Put(
            "drivers/me",
            new JsonObject
            {
                ["name"] = "Anna",
                ["vehicle"] = new JsonObject
                {
                    ["class"] = vehicleClass,
                    ["plate"] = "B-RB 1",
                    ["model"] = "Testarossa",
                },
            }
        );
        return driver;
    }

    /// <summary>A driver who waits for offers at a place.</summary>
    public async Task<Driver> DriverAt(JsonObject place, string vehicleClass = "standard")
    {
        var driver = await Driver(vehicleClass);
        await driver.GoOnline(place);
        return driver;
    }

    /// <summary>Somebody from operations.</summary>
    public async Task<Person> Operator() => new(await SignIn("operator"), wait);

    /// <summary>Somebody without a token.</summary>
    public Person Stranger() => new(Client(), wait);

    async Task<HttpClient> SignIn(string role)
    {
        var client = Client();
        var token = await client.PostAsJsonAsync(
            "/dev/token",
            new { role, subject = $"{role}-{Guid.CreateVersion7():N}" }
        );
        token.EnsureSuccessStatusCode();
        var answer = await token.Content.ReadFromJsonAsync<JsonObject>();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            answer!["access_token"]!.GetValue<string>()
        );
        return client;
    }

    HttpClient Client()
    {
        var client = open();
        client.BaseAddress = new Uri(client.BaseAddress!, "/api/v1/");
        return client;
    }
}
