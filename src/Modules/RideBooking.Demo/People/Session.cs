using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace RideBooking.Demo.People;

/// <summary>A response of the API.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Body">The JSON, if the response has any.</param>
internal sealed record Response(HttpStatusCode Status, JsonElement Body)
{
    /// <summary>Whether the request succeeded.</summary>
    public bool Ok => (int)Status < 300;

    /// <summary>The stable problem code of a refusal.</summary>
    public string? Code =>
        Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty("code", out var code) ? code.GetString() : null;
}

/// <summary>The API refused a request that an app never expects to be refused.</summary>
internal sealed class RefusedException(string what, Response response)
    : Exception($"{what} was answered {(int)response.Status} {response.Code}");

/// <summary>One person's app.</summary>
/// <remarks>
/// Like a good app, it retries transient failures (no connection, too busy, too many requests, database or broker
/// unavailable) with the same Idempotency-Key until they have passed.
/// </remarks>
internal sealed class Session(Api api, string role, string id, TimeProvider clock)
{
    static readonly TimeSpan s_minPause = TimeSpan.FromMilliseconds(300);
    static readonly TimeSpan s_maxPause = TimeSpan.FromSeconds(5);

    string? _token;

    /// <summary>Who uses the app.</summary>
    public string Id => id;

    /// <summary>Sends a request until it gets a final response.</summary>
    public async Task<Response> Send(HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        var key = Guid.CreateVersion7().ToString("n");
        for (var pause = s_minPause; ; pause = Longer(pause))
        {
            var wait = pause;
            try
            {
                using var request = await Request(method, path, cancellationToken);
                if (body is not null)
                    request.Content = JsonContent.Create(body);
                if (method == HttpMethod.Post)
                    request.Headers.Add("Idempotency-Key", key);
                using var message = await api.Send(request, cancellationToken);
                var response = await Read(message, cancellationToken);
                if (!Passes(response))
                    return response;
                wait = message.Headers.RetryAfter?.Delta ?? pause;
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException)
            {
                // No connection, or the connection was lost. Whether the request was carried out is unknown; the key ensures
                // that it happens once.
            }
            await Task.Delay(wait, clock, cancellationToken);
        }
    }

    /// <summary>Like <see cref="Send"/>, for requests that are never refused.</summary>
    /// <exception cref="RefusedException">The API refused the request.</exception>
    public async Task<JsonElement> Do(HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        var response = await Send(method, path, body, cancellationToken);
        return response.Ok ? response.Body : throw new RefusedException($"{method} {path}", response);
    }

    /// <summary>Reads a stream of server-sent events, and resumes it where it was interrupted.</summary>
    public async IAsyncEnumerable<(string Type, JsonElement Data)> Listen(
        string path,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        string? last = null;
        for (var pause = s_minPause; ; pause = Longer(pause))
        {
            using var response = await TryOpen(path, last, cancellationToken);
            if (response is not null)
            {
                await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
                await using var events = SseParser
                    .Create(stream, (_, data) => Encoding.UTF8.GetString(data))
                    .EnumerateAsync(cancellationToken)
                    .GetAsyncEnumerator(cancellationToken);
                while (await TryMove(events))
                {
                    pause = s_minPause;
                    last = events.Current.EventId is { Length: > 0 } place ? place : last;
                    yield return (events.Current.EventType, Parse(Encoding.UTF8.GetBytes(events.Current.Data)));
                }
            }
            await Task.Delay(pause, clock, cancellationToken);
        }
    }

    async Task<HttpResponseMessage?> TryOpen(string path, string? last, CancellationToken cancellationToken)
    {
        try
        {
            using var request = await Request(HttpMethod.Get, path, cancellationToken);
            if (last is not null)
                request.Headers.Add("Last-Event-ID", last);
            var message = await api.Send(request, cancellationToken);
            if (message.IsSuccessStatusCode)
                return message;
            using (message)
            {
                var response = await Read(message, cancellationToken);
                return Passes(response) ? null : throw new RefusedException($"GET {path}", response);
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return null;
        }
    }

    static async Task<bool> TryMove(IAsyncEnumerator<SseItem<string>> events)
    {
        try
        {
            return await events.MoveNextAsync();
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return false;
        }
    }

    async Task<HttpRequestMessage> Request(HttpMethod method, string path, CancellationToken cancellationToken)
    {
        _token ??= await SignIn(cancellationToken);
        return new(method, new Uri($"api/v1/{path}", UriKind.Relative))
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", _token) },
        };
    }

    async Task<string> SignIn(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("api/v1/dev/token", UriKind.Relative));
        request.Content = JsonContent.Create(new { role, subject = id });
        using var response = await api.Send(request, cancellationToken);
        response.EnsureSuccessStatusCode();
        return (await Read(response, cancellationToken)).Body.GetProperty("access_token").GetString()!;
    }

    bool Passes(Response response)
    {
        // The token has expired.
        if (response.Status == HttpStatusCode.Unauthorized)
            _token = null;
        return response.Status
                is HttpStatusCode.Unauthorized
                    or HttpStatusCode.TooManyRequests
                    or HttpStatusCode.RequestTimeout
                    or HttpStatusCode.ServiceUnavailable
            || response.Code is "request_in_progress" or "concurrent_update";
    }

    static async Task<Response> Read(HttpResponseMessage message, CancellationToken cancellationToken) =>
        new(message.StatusCode, Parse(await message.Content.ReadAsByteArrayAsync(cancellationToken)));

    static JsonElement Parse(byte[] json) => json.Length > 0 ? JsonSerializer.Deserialize<JsonElement>(json) : default;

    static TimeSpan Longer(TimeSpan pause) => pause * 1.5 < s_maxPause ? pause * 1.5 : s_maxPause;
}
