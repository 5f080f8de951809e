using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace RideBooking.TestKit.Api;

/// <summary>Creates riders, drivers and operators that use the API over HTTP, as their apps do.</summary>
/// <param name="open">Creates a client of the API without a token.</param>
/// <param name="wait">Starts polling with the given timeout; polls in real time if omitted.</param>
public sealed class City(Func<HttpClient> open, Func<TimeSpan, IPolling>? wait = null)
{
    public static readonly JsonObject Alexanderplatz = Place(52.5219, 13.4132);
    public static readonly JsonObject Zoo = Place(52.5072, 13.3325);

    public static readonly JsonObject Gendarmenmarkt = Place(52.5136, 13.3927);

    public static JsonObject Place(double lat, double lng) => new() { ["lat"] = lat, ["lng"] = lng };

    /// <summary>Signs in a new rider.</summary>
    /// <param name="id">The rider's id; generated if omitted.</param>
    public async Task<Rider> Rider(string? id = null) => new(await SignIn("rider", id), wait);

    /// <summary>Signs in a new driver with a profile, off duty.</summary>
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

    /// <summary>Signs in a new driver who waits for offers at a place.</summary>
    public async Task<Driver> DriverAt(JsonObject place, string vehicleClass = "standard")
    {
        var driver = await Driver(vehicleClass);
        await driver.GoOnline(place);
        return driver;
    }

    /// <summary>Signs in a driver who exists already.</summary>
    public async Task<Driver> KnownDriver(string id) => new(await SignIn("driver", id), wait);

    /// <summary>Signs in a new operator.</summary>
    public async Task<Person> Operator() => new(await SignIn("operator"), wait);

    /// <summary>A caller without a token.</summary>
    public Person Anonymous() => new(Client(), wait);

    async Task<HttpClient> SignIn(string role, string? id = null)
    {
        var client = Client();
        var token = await client.PostAsJsonAsync(
            "/dev/token",
            new { role, subject = id ?? $"{role}-{Guid.CreateVersion7():N}" }
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
