using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;

namespace RideBooking.TestKit.Api;

/// <summary>An answer of the API: its status and its JSON.</summary>
public sealed record Answer(HttpStatusCode Status, JsonNode? Body, HttpResponseMessage Response)
{
    /// <summary>The stable code of a problem.</summary>
    public string? Code => Body?["code"]?.GetValue<string>();

    /// <summary>The body's member as text.</summary>
    public string Text(string name) => Body![name]!.ToString();

    public Answer ShouldBe(HttpStatusCode status, string? code = null)
    {
        Status.ShouldBe(status, Body?.ToJsonString() ?? "(no body)");
        if (code is not null)
            Code.ShouldBe(code, Body?.ToJsonString());
        return this;
    }
}

/// <summary>One caller of the API.</summary>
/// <param name="client">A client signed in as that caller.</param>
/// <param name="wait">Starts polling with the given timeout; polls in real time if omitted.</param>
public class Person(HttpClient client, Func<TimeSpan, IPolling>? wait = null)
{
    static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(25);
    static readonly TimeSpan s_longPause = TimeSpan.FromSeconds(2);

    public Task<Answer> Get(string path) => Send(HttpMethod.Get, path, null, null);

    /// <param name="path">The path below /api/v1.</param>
    /// <param name="body">The request body.</param>
    /// <param name="idempotencyKey">The idempotency key.</param>
    /// <param name="traceParent">The W3C trace that the request belongs to.</param>
    public Task<Answer> Post(
        string path,
        JsonNode? body = null,
        string? idempotencyKey = null,
        string? traceParent = null
    ) => Send(HttpMethod.Post, path, body, idempotencyKey, traceParent);

    public Task<Answer> Put(string path, JsonNode body) => Send(HttpMethod.Put, path, body, null);

    public Task<Answer> Delete(string path) => Send(HttpMethod.Delete, path, null, null);

    /// <summary>Returns the events of a server-sent event stream as they arrive; fails if none arrives within the timeout.</summary>
    public async IAsyncEnumerable<(string Type, JsonNode Data)> Listen(
        string path,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var answer = await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        answer.EnsureSuccessStatusCode();
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
        await using var events = SseParser
            .Create(stream)
            .EnumerateAsync(cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        while (await events.MoveNextAsync().AsTask().WaitAsync(WaitFor.Limit, cancellationToken))
            yield return (events.Current.EventType, JsonNode.Parse(events.Current.Data)!);
    }

    /// <summary>Sends exactly this text as the body.</summary>
    public async Task<Answer> PostRaw(string path, string body, string contentType = "application/json")
    {
        using var content = new StringContent(body, Encoding.UTF8, contentType);
        return await Read(await client.PostAsync(path, content));
    }

    /// <summary>Sends a custom request.</summary>
    public Task<HttpResponseMessage> Send(HttpRequestMessage request) =>
        client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

    /// <summary>Polls until the answer is as wanted; on timeout the exception names what it waited for and the last answer.</summary>
    public async Task<Answer> Until(string what, string path, Func<Answer, bool> wanted, TimeSpan? timeout = null)
    {
        var limit = timeout ?? WaitFor.Limit;
        var polling = wait?.Invoke(limit) ?? new RealTimePolling(limit, timeout is null ? s_pause : s_longPause);
        for (var mayRetry = true; ; mayRetry = await polling.PauseAsync())
        {
            var answer = await Get(path);
            if (wanted(answer))
                return answer;
            if (!mayRetry)
                throw new TimeoutException(
                    $"Waited {polling} for {what}; {path} last answered {(int)answer.Status} {answer.Body?.ToJsonString()}"
                );
        }
    }

    async Task<Answer> Send(
        HttpMethod method,
        string path,
        JsonNode? body,
        string? idempotencyKey,
        string? traceParent = null
    )
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = JsonContent.Create(body);
        if (idempotencyKey is not null)
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        if (traceParent is not null)
            request.Headers.Add("traceparent", traceParent);
        return await Read(await client.SendAsync(request));
    }

    static async Task<Answer> Read(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        return new Answer(response.StatusCode, text.Length > 0 ? JsonNode.Parse(text) : null, response);
    }
}

/// <summary>A rider's app.</summary>
public sealed class Rider(HttpClient client, Func<TimeSpan, IPolling>? wait = null) : Person(client, wait)
{
    public async Task<JsonNode> Quote(JsonObject from, JsonObject to) =>
        (await Post("quotes", new JsonObject { ["pickup"] = from.DeepClone(), ["dropoff"] = to.DeepClone() }))
            .ShouldBe(HttpStatusCode.OK)
            .Body!;

    /// <summary>Requests a ride that must be accepted.</summary>
    public async Task<string> Request(JsonObject from, JsonObject to, string? quoteId = null) =>
        (await TryRequest(from, to, quoteId)).ShouldBe(HttpStatusCode.Created).Text("id");

    public Task<Answer> TryRequest(
        JsonObject from,
        JsonObject to,
        string? quoteId = null,
        string? idempotencyKey = null
    )
    {
        var body = new JsonObject { ["pickup"] = from.DeepClone(), ["dropoff"] = to.DeepClone() };
        if (quoteId is not null)
            body["quoteId"] = quoteId;
        return Post("rides", body, idempotencyKey);
    }

    /// <summary>Quotes another destination.</summary>
    public Task<Answer> QuotesDestination(string rideId, JsonObject dropoff, JsonArray? stops = null)
    {
        var body = new JsonObject { ["dropoff"] = dropoff.DeepClone() };
        if (stops is not null)
            body["stops"] = stops.DeepClone();
        return Post($"rides/{rideId}/destination-quotes", body);
    }

    /// <summary>Changes the destination, with a quote or with a new one.</summary>
    public async Task<Answer> ChangesDestination(
        string rideId,
        JsonObject dropoff,
        JsonArray? stops = null,
        string? quoteId = null
    )
    {
        quoteId ??= (await QuotesDestination(rideId, dropoff, stops)).ShouldBe(HttpStatusCode.OK).Text("quoteId");
        var body = new JsonObject { ["dropoff"] = dropoff.DeepClone(), ["quoteId"] = quoteId };
        if (stops is not null)
            body["stops"] = stops.DeepClone();
        return await Post($"rides/{rideId}/destination", body);
    }

    public Task<Answer> Sees(string rideId, string status) =>
        Until($"ride {rideId} to be {status}", $"rides/{rideId}", ride => ride.Text("status") == status);

    public Task<Answer> SeesPayment(string rideId, string status) =>
        Until(
            $"the payment of ride {rideId} to be {status}",
            $"rides/{rideId}",
            ride => ride.Body!["payment"]!["status"]!.GetValue<string>() == status
        );
}

/// <summary>A driver's app.</summary>
public sealed class Driver(HttpClient client, Func<TimeSpan, IPolling>? wait = null) : Person(client, wait)
{
    public async Task GoOnline(JsonObject place) =>
        (await Post("drivers/me/shift", new JsonObject { ["location"] = place.DeepClone() })).ShouldBe(
            HttpStatusCode.OK
        );

    /// <summary>Waits for an offer of the given ride, or of any.</summary>
    public async Task<JsonNode> Offer(string? rideId = null)
    {
        bool Wanted(JsonNode? offer) => rideId is null || offer!["rideId"]!.GetValue<string>() == rideId;
        var answer = await Until("an offer", "drivers/me/offers", offers => Offers(offers).Any(Wanted));
        return Offers(answer).First(Wanted)!;
    }

    public async Task Accept(JsonNode offer) =>
        (await Post($"offers/{offer["offerId"]}/accept")).ShouldBe(HttpStatusCode.OK);

    public async Task Does(string rideId, string action, JsonObject? body = null) =>
        (await Post($"rides/{rideId}/{action}", body)).ShouldBe(HttpStatusCode.Accepted);

    /// <summary>Accepts the offer and completes the ride.</summary>
    public async Task Drives(string rideId)
    {
        await Accept(await Offer(rideId));
        await Until(
            $"ride {rideId} to be the driver's",
            $"rides/{rideId}",
            ride => ride.Status == HttpStatusCode.OK && ride.Text("status") == "driverAssigned"
        );
        await Does(rideId, "arrive");
        await Does(rideId, "start");
        await Does(rideId, "complete", new JsonObject { ["distanceMeters"] = 6100 });
    }

    // A list is a page ({"items":[...]}) or a plain array.
    static JsonArray Offers(Answer answer) => answer.Body as JsonArray ?? answer.Body!["items"]!.AsArray();
}
