using System.Net;
using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace RideBooking.Tests.Console.SignIn;

/// <summary>
/// An OpenID Connect authority whose one person always agrees to sign in. It checks the code and its PKCE verifier.
/// </summary>
internal sealed class Authority : IAsyncDisposable
{
    readonly RsaSecurityKey _key = new(RSA.Create(2048)) { KeyId = "key" };
    readonly Dictionary<string, (string Nonce, string Challenge)> _codes = [];
    readonly WebApplication _app;

    Authority(WebApplication app) => _app = app;

    public const string Audience = "ridebooking";
    public const string ClientId = "console";

    public string Address => _app.Urls.Single();

    /// <summary>The role in the tokens.</summary>
    public string Role { get; set; } = "operator";

    public static async Task<Authority> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders();
        var authority = new Authority(builder.Build());
        authority.Map();
        await authority._app.StartAsync();
        return authority;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    void Map()
    {
        _app.MapGet(
            "/.well-known/openid-configuration",
            () =>
                new Dictionary<string, object>
                {
                    ["issuer"] = Address,
                    ["authorization_endpoint"] = $"{Address}/authorize",
                    ["token_endpoint"] = $"{Address}/token",
                    ["jwks_uri"] = $"{Address}/keys",
                    ["response_types_supported"] = new[] { "code" },
                    ["subject_types_supported"] = new[] { "public" },
                    ["id_token_signing_alg_values_supported"] = new[] { "RS256" },
                }
        );
        _app.MapGet(
            "/keys",
            () =>
            {
                var key = JsonWebKeyConverter.ConvertFromRSASecurityKey(
                    new RsaSecurityKey(_key.Rsa.ExportParameters(false))
                );
                return new
                {
                    keys = new[]
                    {
                        new
                        {
                            kty = key.Kty,
                            n = key.N,
                            e = key.E,
                            kid = _key.KeyId,
                            alg = "RS256",
                            use = "sig",
                        },
                    },
                };
            }
        );
        _app.MapGet("/authorize", Authorize);
        _app.MapPost("/token", Exchange);
    }

    RedirectHttpResult Authorize(HttpRequest request)
    {
        var query = request.Query;
        query["response_type"].ToString().ShouldBe("code");
        query["client_id"].ToString().ShouldBe(ClientId);
        query["code_challenge_method"].ToString().ShouldBe("S256");
        var code = Guid.NewGuid().ToString();
        _codes[code] = (query["nonce"].ToString(), query["code_challenge"].ToString());
        return TypedResults.Redirect(
            $"{query["redirect_uri"]}?code={code}&state={Uri.EscapeDataString(query["state"].ToString())}"
        );
    }

    async Task<IResult> Exchange(HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        if (
            !_codes.Remove(form["code"].ToString(), out var asked)
            || Base64UrlEncoder.Encode(
                SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(form["code_verifier"].ToString()))
            ) != asked.Challenge
        )
            return TypedResults.BadRequest();
        return TypedResults.Ok(
            new Dictionary<string, object>
            {
                ["access_token"] = Token(Audience, new Claim("role", Role)),
                ["id_token"] = Token(ClientId, new Claim("nonce", asked.Nonce)),
                ["token_type"] = "Bearer",
                ["expires_in"] = 600,
            }
        );
    }

    string Token(string audience, Claim claim) =>
        new JsonWebTokenHandler().CreateToken(
            new SecurityTokenDescriptor
            {
                Issuer = Address,
                Audience = audience,
                Subject = new ClaimsIdentity([new Claim("sub", "ada"), claim]),
                SigningCredentials = new SigningCredentials(_key, SecurityAlgorithms.RsaSha256),
            }
        );
}
