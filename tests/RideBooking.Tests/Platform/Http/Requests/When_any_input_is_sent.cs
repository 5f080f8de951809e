using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CsCheck;
using Microsoft.Data.Sqlite;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;
using RideBooking.Tests.Platform.Http.OpenApi;

namespace RideBooking.Tests.Platform.Http.Requests;

/// <summary>
/// Sends every operation of the OpenAPI document wrong and edge values, in every place of a request. The client compares every
/// answer with the document.
/// </summary>
public sealed partial class When_any_input_is_sent : IAsyncLifetime
{
    const int RequestsPerOperation = 30;

    // Rows that only requests and what follows from them change. Other tables of operations are changed by background work.
    static readonly string[] s_watched =
    [
        "rides_",
        "matching_",
        "drivers_",
        "billing_",
        "payments_",
        "notifications_notifications",
        "notifications_contacts",
        "notifications_partners",
        "operations_operator_actions",
        "operations_failed_messages",
        "operations_failure_notes",
        "operations_paused_endpoints",
    ];

    CityLab _lab = null!;
    Person[] _people = [];
    Dictionary<string, string[]> _known = [];
    SqliteConnection _database = null!;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        // No timer is due during the test: only requests change anything.
        _lab = await CityLab.Start(
            ("Matching:OfferTimeout", "10:00:00"),
            ("Matching:SearchDeadline", "20:00:00"),
            ("Limits:Requests", "100000"),
            ("Limits:Burst", "100000"),
            ("Limits:BulkRequests", "100000"),
            ("Limits:Streams", "100000")
        );
        var (rider, driver, operations) = (
            await _lab.City.Rider(),
            await _lab.City.DriverAt(City.Alexanderplatz),
            await _lab.City.Operator()
        );
        var quote = await rider.Quote(City.Alexanderplatz, City.Zoo);
        var ride = await rider.Request(City.Alexanderplatz, City.Zoo);
        var offer = await driver.Offer(ride);
        await driver.Accept(offer);
        var method = await rider.Post("riders/me/payment-methods", new JsonObject { ["token"] = "tok_visa" });
        _people = [rider, driver, operations];
        _known = new(StringComparer.Ordinal)
        {
            ["rideId"] = [ride, Guid.CreateVersion7().ToString()],
            ["offerId"] = [offer["offerId"]!.ToString()],
            ["quoteId"] = [quote["quoteId"]!.ToString()],
            ["paymentMethodId"] = [method.ShouldBe(HttpStatusCode.Created).Text("id")],
            ["token"] = ["tok_visa"],
            ["amount"] = ["12.40"],
            ["currency"] = ["EUR"],
        };
        await _lab.Settle();
        _database = new SqliteConnection(_lab.ConnectionString);
        await _database.OpenAsync(Stop);
        await CountChanges();
    }

    public async ValueTask DisposeAsync()
    {
        if (_database is not null)
            await _database.DisposeAsync();
        if (_lab is not null)
            await _lab.DisposeAsync();
    }

    [Fact]
    public async Task No_operation_fails_reveals_its_code_or_changes_anything_for_a_request_that_it_refuses()
    {
        using var client = _lab.CreateClient();
        using var json = JsonDocument.Parse(await client.GetStringAsync("/openapi/v1.json", Stop));
        var document = new ApiDocument(json.RootElement.Clone());
        var requests = new AnyRequests(document, _known);
        foreach (var (method, path, operation) in document.Operations)
        {
            var person = await WhoMay(method, path);
            await requests
                .For(method, path, operation)
                .SampleAsync(
                    request => Check(person, request),
                    iter: RequestsPerOperation,
                    threads: 1,
                    print: request => request.ToString()
                );
        }
    }

    async Task Check(Person person, AnyRequest request)
    {
        var before = await Changes();
        using var message = request.Message();
        using var answer = await person.Send(message);
        var status = (int)answer.StatusCode;
        status.ShouldBeLessThan(500, $"{request}");
        if (status < 400)
        {
            if (request.Method != HttpMethod.Get)
                await _lab.Settle();
            return;
        }
        var text = await answer.Content.ReadAsStringAsync(Stop);
        Code().Match(text).Value.ShouldBe("", $"{request} answered {text}");
        (await Changes()).ShouldBe(before, $"{request} was refused with {status} {text}");
    }

    /// <summary>Finds the person whose role may use the operation.</summary>
    async Task<Person> WhoMay(HttpMethod method, string path)
    {
        foreach (var person in _people)
        {
            using var request = new HttpRequestMessage(method, $"{Regex.Replace(path, "{[^}]+}", "1")}?unknown=1");
            using var answer = await person.Send(request);
            if (answer.StatusCode != HttpStatusCode.Forbidden)
                return person;
        }
        throw new InvalidOperationException($"No role may {method} {path}");
    }

    /// <summary>Lets the database count each changed row of the watched tables.</summary>
    async Task CountChanges()
    {
        await Execute("CREATE TABLE changes (name TEXT PRIMARY KEY, count INTEGER NOT NULL)");
        foreach (var table in await Tables())
        {
            await Execute($"INSERT INTO changes VALUES ('{table}', 0)");
            // The sequencer numbers events later.
            string[] changes = table == "event_log_events" ? ["INSERT"] : ["INSERT", "UPDATE", "DELETE"];
            foreach (var change in changes)
                await Execute(
                    $"CREATE TRIGGER count_{change}_{table} AFTER {change} ON {table} BEGIN "
                        + $"UPDATE changes SET count = count + 1 WHERE name = '{table}'; END"
                );
        }
    }

    async Task<List<string>> Tables()
    {
        var names = await Read("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name");
        return
        [
            .. names.Where(name =>
                // A refused position is remembered, because a second one nearby makes it plausible.
                name != "drivers_driver_positions"
                && (
                    name == "event_log_events"
                    || s_watched.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal))
                )
            ),
        ];
    }

    async Task<string> Changes() =>
        string.Join(' ', await Read("SELECT name || ' ' || count FROM changes WHERE count > 0 ORDER BY name"));

    async Task<List<string>> Read(string query)
    {
        await using var command = _database.CreateCommand();
        command.CommandText = query;
        await using var reader = await command.ExecuteReaderAsync(Stop);
        var rows = new List<string>();
        while (await reader.ReadAsync(Stop))
            rows.Add(reader.GetString(0));
        return rows;
    }

    async Task Execute(string statement)
    {
        await using var command = _database.CreateCommand();
        command.CommandText = statement;
        await command.ExecuteNonQueryAsync(Stop);
    }

    // A line of a stack trace, or the name of a type.
    [GeneratedRegex(
        @"^\s+at \S+\(|Exception\b|\b(System|Microsoft|MassTransit|RideBooking|Npgsql|SQLite)\.\w+",
        RegexOptions.Multiline
    )]
    private static partial Regex Code();
}
