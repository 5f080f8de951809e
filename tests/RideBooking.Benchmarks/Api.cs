using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace RideBooking.Benchmarks;

/// <summary>A client of the public API over persistent connections.</summary>
sealed class Api(Uri address, bool idempotencyKeys) : IDisposable
{
    readonly HttpClient _http = new(
        new SocketsHttpHandler
        {
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(5),
            UseProxy = false,
            UseCookies = false,
        }
    )
    {
        BaseAddress = new Uri(address, "/api/v1/"),
        Timeout = TimeSpan.FromMinutes(10),
    };

    /// <summary>Gets a token for a new person.</summary>
    public async Task<string> SignIn(string role, CancellationToken cancellationToken)
    {
        using var answer = await _http.PostAsJsonAsync(
            "dev/token",
            new { role, subject = $"{role}-{Guid.CreateVersion7():n}" },
            cancellationToken
        );
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken))
            .GetProperty("access_token")
            .GetString()!;
    }

    /// <summary>Sends a request and reads the answer, successful or not.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Body)> Send(
        HttpMethod method,
        string path,
        string token,
        object? body,
        CancellationToken cancellationToken
    )
    {
        using var request = Request(method, path, token);
        if (body is not null)
            request.Content = JsonContent.Create(body);
        if (idempotencyKeys && method == HttpMethod.Post)
            request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString("n"));
        using var answer = await _http.SendAsync(request, cancellationToken);
        var text = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        return (answer.StatusCode, text.Length > 0 ? JsonSerializer.Deserialize<JsonElement>(text) : default);
    }

    /// <summary>Like <see cref="Send"/>, for a request that must succeed.</summary>
    public async Task<JsonElement> Do(
        HttpMethod method,
        string path,
        string token,
        object? body,
        CancellationToken cancellationToken
    )
    {
        var (status, answer) = await Send(method, path, token, body, cancellationToken);
        return (int)status < 300
            ? answer
            : throw new InvalidOperationException($"{method} {path} was answered {(int)status} {answer}");
    }

    /// <summary>Like <see cref="Do"/>, for an answer of which only the size matters.</summary>
    /// <returns>The number of bytes.</returns>
    public async Task<int> Read(
        HttpMethod method,
        string path,
        string token,
        object? body,
        CancellationToken cancellationToken
    )
    {
        using var request = Request(method, path, token);
        if (body is not null)
            request.Content = JsonContent.Create(body);
        using var answer = await _http.SendAsync(request, cancellationToken);
        var bytes = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        return answer.IsSuccessStatusCode
            ? bytes.Length
            : throw new InvalidOperationException(
                $"{method} {path} was answered {(int)answer.StatusCode} {Encoding.UTF8.GetString(bytes)}"
            );
    }

    /// <summary>Returns the events of a server-sent event stream as they arrive; reconnects where a stream ended.</summary>
    public async IAsyncEnumerable<SseItem<string>> Listen(
        string path,
        string token,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        string? last = null;
        while (true)
        {
            using var request = Request(HttpMethod.Get, path, token);
            if (last is not null)
                request.Headers.Add("Last-Event-ID", last);
            using var answer = await _http.SendAsync(
                request,
                HttpCompletionOption.ResponseHeadersRead,
                cancellationToken
            );
            answer.EnsureSuccessStatusCode();
            await using var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
            await foreach (
                var item in SseParser
                    .Create(stream, (_, data) => Encoding.UTF8.GetString(data))
                    .EnumerateAsync(cancellationToken)
            )
            {
                last = item.EventId is { Length: > 0 } id ? id : last;
                yield return item;
            }
        }
    }

    public void Dispose() => _http.Dispose();

    static HttpRequestMessage Request(HttpMethod method, string path, string token) =>
        new(method, path) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
}
