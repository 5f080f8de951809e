using RideBooking.Platform.Hosting;

namespace RideBooking.Demo.People;

/// <summary>The application's public API, as an app on a phone uses it.</summary>
internal sealed class Api(OwnAddress address, TimeProvider clock) : IDisposable
{
    static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(30);

    readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    Uri? _address;

    /// <summary>Returns the host's address once it listens.</summary>
    public async Task<Uri> Address(CancellationToken cancellationToken) =>
        _address ??= await address.Get(cancellationToken);

    /// <summary>Returns a session for one person. It signs in when necessary.</summary>
    /// <param name="role">rider, driver or operator.</param>
    /// <param name="id">The person's id.</param>
    public Session For(string role, string id) => new(this, role, id, clock);

    /// <summary>Sends a request, and waits for the response headers only, with a timeout.</summary>
    public async Task<HttpResponseMessage> Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_timeout);
        request.RequestUri = new Uri(await Address(cancellationToken), request.RequestUri!);
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException($"No response within {s_timeout.TotalSeconds:0} s.");
        }
    }

    public void Dispose() => _http.Dispose();
}
