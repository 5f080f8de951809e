using System.Net;
using System.Net.Http.Headers;
using RideBooking.Platform.Hosting;

namespace RideBooking.Console.Api;

/// <summary>The connection to the API, shared by all sessions.</summary>
internal sealed class ApiConnection(ConsoleOptions options, OwnAddress own) : IDisposable
{
    static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(30);

    // Only an operator may read it, and the response is small.
    const string ForOperators = "api/v1/operations/audit?limit=1";

    readonly HttpClient _http = new(
        new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
        }
    )
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Sends a request, and waits for the response's headers only, with a timeout.</summary>
    /// <exception cref="HttpRequestException">There is no response.</exception>
    public async Task<HttpResponseMessage> Send(
        HttpRequestMessage request,
        string? token,
        CancellationToken cancellationToken
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_timeout);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        try
        {
            var address = options.ApiAddress ?? await own.Get(limit.Token);
            request.RequestUri = new Uri(address, request.RequestUri!);
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException($"No answer within {s_timeout.TotalSeconds:0} s.");
        }
    }

    /// <summary>Returns the status of the response to an operator's request with this token.</summary>
    public async Task<HttpStatusCode> Try(string token, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(ForOperators, UriKind.Relative));
        try
        {
            using var response = await Send(request, token, cancellationToken);
            return response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return HttpStatusCode.ServiceUnavailable;
        }
    }

    public void Dispose() => _http.Dispose();
}
