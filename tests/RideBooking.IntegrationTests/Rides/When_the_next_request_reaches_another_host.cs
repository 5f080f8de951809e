using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.TestKit.Api;
using RideBooking.TestKit.Scenarios;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.Rides;

/// <summary>
/// Two hosts behind a load balancer that alternates between them: a caller's write on one is visible to their read on the
/// other. Both share one PostgreSQL and one RabbitMQ.
/// </summary>
public sealed class When_the_next_request_reaches_another_host(TwoHosts app)
    : NextRequestScenarios,
        IClassFixture<TwoHosts>,
        IAsyncLifetime
{
    HostProcess? _other;

    protected override City City =>
        new(() => new HttpClient(new Balancer(app.Host.Address, _other!.Address)) { BaseAddress = app.Host.Address });

    public async ValueTask InitializeAsync()
    {
        // Skips with the reason if there are no servers.
        _ = app.Host;
        _other = await HostProcess.StartAsync(app.Shared);
    }

    public async ValueTask DisposeAsync()
    {
        if (_other is not null)
            await _other.DisposeAsync();
    }

    sealed class Balancer(params Uri[] hosts) : DelegatingHandler(new SocketsHttpHandler())
    {
        int _requests;

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            var host = hosts[Interlocked.Increment(ref _requests) % hosts.Length];
            request.RequestUri = new UriBuilder(request.RequestUri!) { Port = host.Port }.Uri;
            return base.SendAsync(request, cancellationToken);
        }
    }
}

/// <summary>The first of two hosts that share PostgreSQL and RabbitMQ.</summary>
public sealed class TwoHosts(Servers servers) : RideBookingOnPostgres(servers)
{
    /// <summary>The settings of both hosts.</summary>
    public IReadOnlyDictionary<string, string> Shared { get; private set; } = new Dictionary<string, string>();

    protected override async Task Configure(Dictionary<string, string> settings)
    {
        await base.Configure(settings);
        foreach (var (key, value) in NextRequestScenarios.Settings)
            settings[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        Shared = settings;
    }
}
