using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace RideBooking.Cli.Api;

/// <summary>Calls a host's public REST API as an operator.</summary>
/// <remarks>
/// A request that fails in transit is retried with the same Idempotency-Key, so that it is carried out once. Any other
/// failure ends the command with one line.
/// </remarks>
internal sealed class HostApi : IDisposable
{
    const int Attempts = 3;
    static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);
    static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(30);

    readonly HttpClient _http;

    HostApi(Uri address) => _http = new HttpClient { BaseAddress = new Uri(address, "api/v1/"), Timeout = s_timeout };

    string Address => _http.BaseAddress!.GetLeftPart(UriPartial.Authority);

    /// <summary>The token that is sent with each request.</summary>
    public string Token { get; private set; } = "";

    /// <summary>Parses a host's address.</summary>
    /// <exception cref="CommandFailedException">It is no address.</exception>
    public static Uri AddressOf(string url) =>
        Uri.TryCreate(url.TrimEnd('/') + "/", UriKind.Absolute, out var address)
        && address.Scheme.StartsWith("http", StringComparison.Ordinal)
            ? address
            : throw new CommandFailedException(ExitCode.Usage, $"'{url}' is not an http:// or https:// address.");

    /// <summary>Signs in with the given token, or with a development token from the host.</summary>
    public static async Task<HostApi> Connect(Uri address, string? token, CancellationToken cancellationToken)
    {
        var api = new HostApi(address);
        try
        {
            token ??= await api.DevelopmentToken(cancellationToken);
            if (!AuthenticationHeaderValue.TryParse($"Bearer {token}", out var bearer) || token.Any(char.IsWhiteSpace))
                throw new CommandFailedException(
                    ExitCode.NotAllowed,
                    "The token is invalid: it contains characters that no token contains."
                );
            api.Token = token;
            api._http.DefaultRequestHeaders.Authorization = bearer;
            return api;
        }
        catch
        {
            api.Dispose();
            throw;
        }
    }

    public Task<JsonElement> Get(string path, CancellationToken cancellationToken) =>
        Send(HttpMethod.Get, path, null, cancellationToken);

    public Task<JsonElement> Post(string path, object body, CancellationToken cancellationToken) =>
        Send(HttpMethod.Post, path, body, cancellationToken);

    public Task<JsonElement> Put(string path, object body, CancellationToken cancellationToken) =>
        Send(HttpMethod.Put, path, body, cancellationToken);

    /// <summary>Writes a text of any length, as it comes.</summary>
    /// <exception cref="CommandFailedException">The host refused it, or broke off: the text is not complete.</exception>
    public async Task Download(string path, TextWriter output, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.GetAsync(
                path,
                HttpCompletionOption.ResponseHeadersRead,
                cancellationToken
            );
            if (!response.IsSuccessStatusCode)
                await Read(response, cancellationToken);
            using var text = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
            var buffer = new char[16 * 1024];
            while (await text.ReadAsync(buffer, cancellationToken) is > 0 and var length)
                await output.WriteAsync(buffer.AsMemory(0, length), cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new CommandFailedException(ExitCode.Unreachable, $"{Address} broke off: {exception.Message}");
        }
    }

    public void Dispose() => _http.Dispose();

    // The list of operators' actions should name the person at this machine.
    async Task<string> DevelopmentToken(CancellationToken cancellationToken)
    {
        var subject = Environment.UserName is { Length: > 0 } name ? name : "operator";
        try
        {
            var response = await Send(
                HttpMethod.Post,
                "dev/token",
                new { role = "operator", subject },
                cancellationToken
            );
            return response.GetProperty("access_token").GetString()!;
        }
        catch (CommandFailedException exception) when (exception.ExitCode == ExitCode.NotFound)
        {
            throw new CommandFailedException(
                ExitCode.NotAllowed,
                $"{Address} issues no development tokens. Run ridebooking login, or use --token or RIDEBOOKING_TOKEN."
            );
        }
    }

    async Task<JsonElement> Send(HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        var key = Guid.CreateVersion7().ToString();
        for (var attempt = 1; ; attempt++)
            try
            {
                using var request = new HttpRequestMessage(method, path);
                if (body is not null)
                {
                    request.Content = JsonContent.Create(body, options: Responses.Json);
                    request.Headers.Add("Idempotency-Key", key);
                }
                using var response = await _http.SendAsync(request, cancellationToken);
                if (IsUnavailable(response.StatusCode) && attempt < Attempts)
                {
                    await Task.Delay(s_pause, cancellationToken);
                    continue;
                }
                return await Read(response, cancellationToken);
            }
            catch (HttpRequestException exception)
                when (exception.HttpRequestError is HttpRequestError.ResponseEnded && attempt < Attempts)
            {
                // It may have been carried out. A retry with the same key finds out.
                await Task.Delay(s_pause, cancellationToken);
            }
            catch (HttpRequestException exception)
            {
                throw new CommandFailedException(
                    ExitCode.Unreachable,
                    $"{Address} cannot be reached: {exception.Message}"
                );
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new CommandFailedException(
                    ExitCode.Unreachable,
                    $"{Address} did not answer within {s_timeout.TotalSeconds:0} s."
                );
            }
    }

    async Task<JsonElement> Read(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        JsonElement json;
        try
        {
            json = JsonElement.Parse(text);
        }
        catch (JsonException)
        {
            throw IsUnavailable(response.StatusCode)
                ? new CommandFailedException(
                    ExitCode.Unreachable,
                    $"{Address} answered {(int)response.StatusCode}: the host, or a service that it needs, is unavailable."
                )
                : new CommandFailedException(
                    ExitCode.Failed,
                    $"{Address} answered {(int)response.StatusCode} without JSON. Is this a RideBooking host?"
                );
        }
        if (response.IsSuccessStatusCode)
            return json;
        throw new CommandFailedException(
            response.StatusCode switch
            {
                HttpStatusCode.BadRequest => ExitCode.Usage,
                HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => ExitCode.NotAllowed,
                HttpStatusCode.NotFound => ExitCode.NotFound,
                var status when IsUnavailable(status) => ExitCode.Unreachable,
                _ => ExitCode.Failed,
            },
            Explain(response.StatusCode, json)
        );
    }

    /// <summary>Whether a proxy reports that the host is unavailable, or the host reports it of its database.</summary>
    static bool IsUnavailable(HttpStatusCode status) =>
        status is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    static string Explain(HttpStatusCode status, JsonElement json)
    {
        var problem =
            json.ValueKind == JsonValueKind.Object
                ? json.As<ProblemResponse>()
                : new ProblemResponse(null, null, null, null);
        var detail = problem.Errors is { Count: > 0 } errors
            ? string.Join("; ", errors.SelectMany(field => field.Value.Select(error => $"{field.Key} {error}".Trim())))
            : problem.Detail?.TrimEnd('.');
        var trace = status == HttpStatusCode.InternalServerError ? $", traceId {problem.TraceId}" : "";
        return $"{detail ?? "The host refused"} ({problem.Code ?? ((int)status).ToString()}{trace}).";
    }
}
