namespace RideBooking.Demo.People;

/// <summary>The application's public API, as an app on a phone has it.</summary>
internal sealed class Api(OwnAddress address, TimeProvider clock) : IDisposable
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    Uri? _address;

    /// <summary>The host's address, once it listens.</summary>
    public async Task<Uri> Address(CancellationToken cancellationToken) =>
        _address ??= await address.Get(cancellationToken);

    /// <summary>Somebody who uses the API. Signs in when it is needed.</summary>
    /// <param name="role">rider, driver or operator.</param>
    /// <param name="id">Who it is.</param>
    public Session For(string role, string id) => new(this, role, id, clock);

    /// <summary>Sends a request; only the headers are waited for, and not for ever.</summary>
    public async Task<HttpResponseMessage> Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_patience);
        request.RequestUri = new Uri(await Address(cancellationToken), request.RequestUri!);
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException($"No answer within {s_patience.TotalSeconds:0} s.");
        }
    }

    public void Dispose() => _http.Dispose();
}
