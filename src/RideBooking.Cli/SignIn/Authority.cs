using Duende.IdentityModel.Client;

namespace RideBooking.Cli.SignIn;

/// <summary>An OpenID Connect authority, found by its discovery document.</summary>
internal sealed class Authority : IDisposable
{
    // RFC 8628: what a client waits unless the authority says otherwise, and how much longer after slow_down.
    const int DefaultInterval = 5;

    static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(30);

    readonly string _address;
    readonly HttpClient _http = new() { Timeout = s_timeout };
    DiscoveryDocumentResponse _document = null!;

    Authority(string address) => _address = address;

    /// <exception cref="CommandFailedException">The authority is unavailable, or its document is wrong.</exception>
    public static async Task<Authority> Discover(string address, CancellationToken cancellationToken)
    {
        var authority = new Authority(address);
        try
        {
            var request = new DiscoveryDocumentRequest
            {
                Address = address,
                Policy = new DiscoveryPolicy
                {
                    // The host checks signatures.
                    RequireKeySet = false,
                    // Some authorities have endpoints on other machines; only https is required of them, too.
                    ValidateEndpoints = false,
                    // With or without a slash at the end.
                    AuthorityValidationStrategy = new AuthorityUrlValidationStrategy(),
                },
            };
            var document = await authority._http.GetDiscoveryDocumentAsync(request, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            if (document.IsError)
                throw new CommandFailedException(
                    document.Exception is HttpRequestException ? ExitCode.Unreachable : ExitCode.Failed,
                    $"{address} cannot be used as an authority: {document.Error}"
                );
            authority._document = document;
            return authority;
        }
        catch
        {
            authority.Dispose();
            throw;
        }
    }

    /// <summary>Starts the sign-in of a person, who approves it in a browser on any device.</summary>
    public async Task<DeviceAuthorizationResponse> Begin(Client client, CancellationToken cancellationToken) =>
        Checked(
            await _http.RequestDeviceAuthorizationAsync(
                Request<DeviceAuthorizationRequest>(
                    client,
                    Endpoint(_document.DeviceAuthorizationEndpoint, "the sign-in with a device code"),
                    request => request.Scope = client.Scope
                ),
                cancellationToken
            ),
            cancellationToken
        );

    /// <summary>Waits until the person has approved the sign-in.</summary>
    public async Task<Session> Approval(
        Client client,
        DeviceAuthorizationResponse begun,
        CancellationToken cancellationToken
    )
    {
        var interval = TimeSpan.FromSeconds(begun.Interval > 0 ? begun.Interval : DefaultInterval);
        var end = TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(begun.ExpiresIn ?? 0);
        while (true)
        {
            await Task.Delay(interval, cancellationToken);
            var response = await _http.RequestDeviceTokenAsync(
                Request<DeviceTokenRequest>(
                    client,
                    Endpoint(_document.TokenEndpoint, "tokens"),
                    request => request.DeviceCode = begun.DeviceCode!
                ),
                cancellationToken
            );
            cancellationToken.ThrowIfCancellationRequested();
            if (response.Error == "slow_down")
                interval += TimeSpan.FromSeconds(DefaultInterval);
            // A request that fails in transit is repeated, too.
            else if (response.Error != "authorization_pending" && response.ErrorType != ResponseErrorType.Exception)
                return SessionOf(Checked(response, cancellationToken), client, refreshToken: null);
            if (TimeProvider.System.GetUtcNow() > end)
                throw new CommandFailedException(
                    ExitCode.NotAllowed,
                    "The sign-in was not approved in time. Run ridebooking login again."
                );
        }
    }

    /// <summary>Signs in as a service, with the client's secret.</summary>
    public async Task<Session> SignIn(Client client, CancellationToken cancellationToken) =>
        SessionOf(
            Checked(
                await _http.RequestClientCredentialsTokenAsync(
                    Request<ClientCredentialsTokenRequest>(
                        client,
                        Endpoint(_document.TokenEndpoint, "tokens"),
                        request => request.Scope = client.Scope
                    ),
                    cancellationToken
                ),
                cancellationToken
            ),
            client,
            refreshToken: null
        );

    /// <summary>Gets another token.</summary>
    /// <returns>The session; null if the authority does not accept the refresh token any more.</returns>
    public async Task<Session?> Refresh(Client client, string refreshToken, CancellationToken cancellationToken)
    {
        var response = await _http.RequestRefreshTokenAsync(
            Request<RefreshTokenRequest>(
                client,
                Endpoint(_document.TokenEndpoint, "tokens"),
                request => request.RefreshToken = refreshToken
            ),
            cancellationToken
        );
        return response.Error == "invalid_grant"
            ? null
            : SessionOf(Checked(response, cancellationToken), client, refreshToken);
    }

    /// <summary>Makes a refresh token useless, if the authority offers that.</summary>
    public async Task Revoke(Client client, string refreshToken, CancellationToken cancellationToken)
    {
        if (_document.RevocationEndpoint is not { } endpoint)
            return;
        Checked(
            await _http.RevokeTokenAsync(
                Request<TokenRevocationRequest>(
                    client,
                    Endpoint(endpoint, "revocation"),
                    request => (request.Token, request.TokenTypeHint) = (refreshToken, "refresh_token")
                ),
                cancellationToken
            ),
            cancellationToken
        );
    }

    public void Dispose() => _http.Dispose();

    Session SessionOf(TokenResponse response, Client client, string? refreshToken) =>
        Session.With(
            response.AccessToken
                ?? throw new CommandFailedException(ExitCode.Failed, $"{_address} answered without a token."),
            _address,
            client,
            // An authority that does not rotate refresh tokens answers without one.
            response.RefreshToken
                ?? refreshToken
        );

    static T Request<T>(Client client, string endpoint, Action<T> fill)
        where T : ProtocolRequest, new()
    {
        var request = new T
        {
            Address = endpoint,
            ClientId = client.Id,
            ClientSecret = client.IsService ? Client.RequiredSecret : Client.Secret,
        };
        // A client without a secret names itself in the body.
        if (request.ClientSecret is null)
            request.ClientCredentialStyle = ClientCredentialStyle.PostBody;
        if (client.Audience is { } audience)
            request.Parameters.Add("audience", audience);
        fill(request);
        return request;
    }

    string Endpoint(string? address, string what) =>
        !Uri.TryCreate(address, UriKind.Absolute, out var endpoint)
            ? throw new CommandFailedException(ExitCode.Failed, $"{_address} does not offer {what}.")
        : endpoint.Scheme == Uri.UriSchemeHttps || endpoint.IsLoopback ? address!
        : throw new CommandFailedException(ExitCode.Failed, $"{_address} offers {what} without https.");

    T Checked<T>(T response, CancellationToken cancellationToken)
        where T : ProtocolResponse
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!response.IsError)
            return response;
        throw response.ErrorType == ResponseErrorType.Exception
            ? new CommandFailedException(ExitCode.Unreachable, $"{_address} cannot be reached: {response.Error}")
            : new CommandFailedException(
                ExitCode.NotAllowed,
                $"{_address} refused: {response.TryGet("error_description") ?? response.Error} ({response.Error})."
            );
    }
}
