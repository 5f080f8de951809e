using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace RideBooking.Tests.Cli.SignIn;

/// <summary>
/// An OpenID Connect authority on a port: discovery, keys, device authorization (RFC 8628), tokens by device code, client
/// credentials and refresh token, and revocation (RFC 7009).
/// </summary>
public sealed class TestAuthority : IAsyncDisposable
{
    public const string Audience = "rides";
    public const string PublicClient = "ridebooking-cli";
    public const string ServiceClient = "ridebooking-service";
    public const string Secret = "the service's secret: 100%";

    readonly WebApplication _app;
    readonly RSA _key = RSA.Create(2048);
    readonly ConcurrentDictionary<string, Pending> _pending = new();
    readonly ConcurrentDictionary<string, string> _refreshTokens = new();

    public TestAuthority()
    {
        _app = WebApplication.CreateSlimBuilder().Build();
        _app.Urls.Add("http://127.0.0.1:0");
        _app.MapGet("/.well-known/openid-configuration", Discovery);
        _app.MapGet("/keys", Keys);
        _app.MapPost("/device", BeginDevice);
        _app.MapPost("/token", Token);
        _app.MapPost("/revoke", Revoke);
        _app.Start();
    }

    public string Address => _app.Urls.Single();

    /// <summary>How long tokens are valid.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How many refresh tokens are valid.</summary>
    public int RefreshTokens => _refreshTokens.Count;

    /// <summary>How often a token was refreshed.</summary>
    public int Refreshed { get; private set; }

    /// <summary>Makes all refresh tokens useless.</summary>
    public void ForgetRefreshTokens() => _refreshTokens.Clear();

    /// <summary>Waits until the program has asked for the token and got none, then lets a person approve the sign-in.</summary>
    public async Task Approve(string userCode, string subject, string role = "operator")
    {
        var pending = _pending.Values.Single(candidate => candidate.UserCode == userCode);
        await pending.Asked.Task.WaitAsync(WaitFor.Limit, TestContext.Current.CancellationToken);
        pending.Person = (subject, role);
    }

    /// <summary>Lets a person refuse the sign-in.</summary>
    public void Deny(string userCode) =>
        _pending.Values.Single(candidate => candidate.UserCode == userCode).IsDenied = true;

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _key.Dispose();
    }

    IResult Discovery() =>
        Results.Json(
            new Dictionary<string, object>
            {
                // With a slash, as some authorities write it.
                ["issuer"] = Address + "/",
                ["jwks_uri"] = $"{Address}/keys",
                ["token_endpoint"] = $"{Address}/token",
                ["device_authorization_endpoint"] = $"{Address}/device",
                ["revocation_endpoint"] = $"{Address}/revoke",
            }
        );

    IResult Keys()
    {
        var key = JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(_key.ExportParameters(false)));
        return Results.Json(
            new
            {
                keys = new[]
                {
                    new
                    {
                        kty = key.Kty,
                        n = key.N,
                        e = key.E,
                        use = "sig",
                        kid = "1",
                    },
                },
            }
        );
    }

    async Task<IResult> BeginDevice(HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        if (form["client_id"] != PublicClient)
            return Error("invalid_client", StatusCodes.Status401Unauthorized);
        var (code, userCode) = (Random(), Random()[..8].ToUpperInvariant());
        _pending[code] = new Pending(userCode, form["scope"].ToString());
        return Results.Json(
            new Dictionary<string, object>
            {
                ["device_code"] = code,
                ["user_code"] = userCode,
                ["verification_uri"] = $"{Address}/activate",
                ["expires_in"] = 600,
                ["interval"] = 1,
            }
        );
    }

    async Task<IResult> Token(HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        switch (form["grant_type"].ToString())
        {
            case "client_credentials" when IsService(request):
                return Issue(ServiceClient, "operator", refreshable: false);
            case "client_credentials":
                return Error("invalid_client", StatusCodes.Status401Unauthorized);
            case "refresh_token":
                if (!_refreshTokens.TryRemove(form["refresh_token"].ToString(), out var subject))
                    return Error("invalid_grant");
                Refreshed++;
                return Issue(subject, "operator", refreshable: true);
            case "urn:ietf:params:oauth:grant-type:device_code":
                if (!_pending.TryGetValue(form["device_code"].ToString(), out var pending))
                    return Error("expired_token");
                if (pending.IsDenied)
                    return Error("access_denied");
                if (pending.Person is not { } person)
                {
                    pending.Asked.TrySetResult();
                    return Error("authorization_pending");
                }
                _pending.TryRemove(form["device_code"].ToString(), out _);
                return Issue(person.Subject, person.Role, pending.Scope.Contains("offline_access"));
            default:
                return Error("unsupported_grant_type");
        }
    }

    async Task<IResult> Revoke(HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        _refreshTokens.TryRemove(form["token"].ToString(), out _);
        return Results.Ok();
    }

    IResult Issue(string subject, string role, bool refreshable)
    {
        var now = DateTime.UtcNow;
        var answer = new Dictionary<string, object>
        {
            ["access_token"] = new JsonWebTokenHandler().CreateToken(
                new SecurityTokenDescriptor
                {
                    Issuer = Address + "/",
                    Audience = Audience,
                    IssuedAt = now,
                    NotBefore = now,
                    Expires = now + Lifetime,
                    Claims = new Dictionary<string, object> { ["sub"] = subject, ["role"] = role },
                    SigningCredentials = new SigningCredentials(
                        new RsaSecurityKey(_key) { KeyId = "1" },
                        SecurityAlgorithms.RsaSha256
                    ),
                }
            ),
            ["token_type"] = "Bearer",
            ["expires_in"] = (int)Lifetime.TotalSeconds,
        };
        if (refreshable)
        {
            var refreshToken = Random();
            _refreshTokens[refreshToken] = subject;
            answer["refresh_token"] = refreshToken;
        }
        return Results.Json(answer);
    }

    // RFC 6749: id and secret are encoded before they become the user and the password.
    static bool IsService(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith("Basic ", StringComparison.Ordinal))
            return false;
        var pair = Encoding.UTF8.GetString(Convert.FromBase64String(header["Basic ".Length..])).Split(':', 2);
        return pair.Select(part => Uri.UnescapeDataString(part.Replace('+', ' ')))
            .SequenceEqual([ServiceClient, Secret]);
    }

    static IResult Error(string code, int status = StatusCodes.Status400BadRequest) =>
        Results.Json(
            new { error = code, error_description = $"about {code}" },
            JsonSerializerOptions.Web,
            statusCode: status
        );

    static string Random() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    sealed class Pending(string userCode, string scope)
    {
        public string UserCode => userCode;
        public string Scope => scope;
        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public (string Subject, string Role)? Person { get; set; }
        public bool IsDenied { get; set; }
    }
}
