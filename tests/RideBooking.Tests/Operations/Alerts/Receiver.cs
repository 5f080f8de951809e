using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace RideBooking.Tests.Operations.Alerts;

/// <summary>A receiver of alerts, which listens on a port and answers as a test says.</summary>
public sealed class Receiver : IAsyncDisposable
{
    readonly WebApplication _app;
    readonly ConcurrentQueue<Received> _received = new();

    public Receiver()
    {
        _app = WebApplication.CreateSlimBuilder().Build();
        _app.Urls.Add("http://127.0.0.1:0");
        _app.MapPost("/{**path}", Receive);
        _app.Start();
    }

    /// <summary>Its address, with what must not be shown: a user, a path and a query.</summary>
    public string Url => _app.Urls.Single().Replace("://", "://paula:pass-word@") + "/path-secret?token=query-secret";

    /// <summary>Its address without a user.</summary>
    public string PlainUrl => $"{_app.Urls.Single()}/events?token=query-secret";

    public IReadOnlyList<Received> Received => [.. _received];

    /// <summary>Returns the answer to the request with this number, beginning with 1.</summary>
    public Func<int, CancellationToken, Task<int>> Answers { get; set; } = (_, _) => Task.FromResult(204);

    public void AnswersWith(int status) => Answers = (_, _) => Task.FromResult(status);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    async Task<IResult> Receive(HttpRequest request, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(request.Body);
        _received.Enqueue(
            new Received(
                await reader.ReadToEndAsync(cancellationToken),
                request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString())
            )
        );
        var status = await Answers(_received.Count, cancellationToken);
        return status == 302 ? Results.Redirect("/elsewhere") : Results.StatusCode(status);
    }
}

/// <summary>A request that the receiver got.</summary>
public sealed record Received(string Body, IReadOnlyDictionary<string, string> Headers)
{
    public JsonNode Json => JsonNode.Parse(Body)!;

    public string? Text(string name) => Json[name]?.ToString();
}
