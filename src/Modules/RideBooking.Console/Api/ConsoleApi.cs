using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.WebUtilities;
using RideBooking.Console.SignIn;

namespace RideBooking.Console.Api;

/// <summary>The API as the signed-in operator sees it.</summary>
internal sealed class ConsoleApi(ApiConnection connection, AuthenticationStateProvider session)
{
    const string Prefix = "api/v1/";

    /// <summary>Returns the response to a GET.</summary>
    /// <exception cref="ApiProblem">The API refused the request, or did not answer.</exception>
    public async Task<T> Get<T>(
        string path,
        CancellationToken cancellationToken,
        params (string Name, object? Value)[] query
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Address(Prefix + path, query));
        return await Read<T>(request, cancellationToken);
    }

    /// <summary>Returns the response to a change. A repeated attempt of the connection has the same Idempotency-Key.</summary>
    /// <exception cref="ApiProblem">The API refused the request, or did not answer.</exception>
    public Task<T> Post<T>(string path, object body, CancellationToken cancellationToken) =>
        Change<T>(HttpMethod.Post, path, body, cancellationToken);

    /// <inheritdoc cref="Post"/>
    public Task<T> Put<T>(string path, object body, CancellationToken cancellationToken) =>
        Change<T>(HttpMethod.Put, path, body, cancellationToken);

    async Task<T> Change<T>(HttpMethod method, string path, object body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, Address(Prefix + path, []));
        request.Content = JsonContent.Create(body);
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        return await Read<T>(request, cancellationToken);
    }

    /// <summary>Returns the host's health, which is a report even if the host is not healthy.</summary>
    public async Task<Health> Health(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Address("health/ready", []));
        using var response = await Send(request, cancellationToken);
        return await Json<Health>(response, cancellationToken);
    }

    /// <summary>Returns the events of the log after a position, also future ones, until cancelled.</summary>
    public async IAsyncEnumerable<LoggedEvent> Follow(
        long after,
        string? type,
        string? rideId,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            Address(Prefix + "events/stream", [("after", after), ("type", type), ("rideId", rideId)])
        );
        using var response = await Send(request, cancellationToken);
        await ThrowIfRefused(response, cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(cancellationToken))
            if (item.EventType == "problem")
                throw Problem((int)response.StatusCode, item.Data);
            else if (item.Data.Length > 0)
                yield return JsonSerializer.Deserialize<LoggedEvent>(item.Data, JsonSerializerOptions.Web)!;
    }

    static Uri Address(string path, (string Name, object? Value)[] query) =>
        new(
            QueryHelpers.AddQueryString(
                path,
                query
                    .Where(parameter => parameter.Value is not (null or ""))
                    .ToDictionary(
                        parameter => parameter.Name,
                        parameter => (string?)FormattableString.Invariant($"{parameter.Value}")
                    )
            ),
            UriKind.Relative
        );

    async Task<T> Read<T>(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var response = await Send(request, cancellationToken);
        await ThrowIfRefused(response, cancellationToken);
        return await Json<T>(response, cancellationToken);
    }

    static async Task<T> Json<T>(HttpResponseMessage response, CancellationToken cancellationToken) =>
        (await response.Content.ReadFromJsonAsync<T>(cancellationToken))!;

    async Task<HttpResponseMessage> Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var token = (await session.GetAuthenticationStateAsync()).User.FindFirst(Session.TokenClaim)?.Value;
        try
        {
            return await connection.Send(request, token, cancellationToken);
        }
        catch (HttpRequestException exception)
        {
            throw new ApiProblem(0, "no_answer", $"The API does not answer: {exception.Message}");
        }
    }

    static async Task ThrowIfRefused(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (!response.IsSuccessStatusCode)
            throw Problem((int)response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
    }

    static ApiProblem Problem(int status, string body)
    {
        ProblemBody? problem = null;
        try
        {
            problem = JsonSerializer.Deserialize<ProblemBody>(body, JsonSerializerOptions.Web);
        }
        catch (JsonException)
        {
            // It came from a proxy and not from the API. The status is all there is.
        }
        var detail = problem?.Detail ?? $"The API answered {status}.";
        if (problem?.Errors is { Count: > 0 } errors)
            detail = string.Join("; ", errors.SelectMany(field => field.Value.Select(error => $"{field.Key} {error}")));
        return new ApiProblem(status, problem?.Code ?? $"status_{status}", detail)
        {
            LastPosition = problem?.LastPosition,
        };
    }

    sealed record ProblemBody(string? Code, string? Detail, Dictionary<string, string[]>? Errors, long? LastPosition);
}
