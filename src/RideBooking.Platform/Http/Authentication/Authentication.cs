using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using RideBooking.Platform.Security;

namespace RideBooking.Platform.Http.Authentication;

/// <summary>
/// Checks JWT bearer tokens with the claims <c>sub</c> (1 to 255 characters) and <c>role</c> (rider, driver, operator), and
/// defines one authorization policy per role.
/// </summary>
internal static class Authentication
{
    public const int MaxSubjectLength = 255;
    const string SubjectRule =
        "The token's sub must have 1 to 255 characters, none of them a control character, and must not be '.' or '..'.";
    static readonly object s_refusal = new();
    static readonly TimeSpan s_clockSkew = TimeSpan.FromSeconds(30);

    public static void AddTokens(this IServiceCollection services, AuthOptions options, bool development)
    {
        services.AddSingleton(options);
        services.TryAddSingleton<IDevelopmentSigningKey, RandomSigningKey>();
        // Not AddAuthentication and AddJwtBearer. They add data protection, which bearer tokens do not need and which starts
        // with a warning about its keys, and they read settings of their own.
        services.AddWebEncoders();
        services.AddAuthenticationCore(scheme => scheme.DefaultScheme = JwtBearerDefaults.AuthenticationScheme);
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IPostConfigureOptions<JwtBearerOptions>, JwtBearerPostConfigureOptions>()
        );
        new AuthenticationBuilder(services).AddScheme<JwtBearerOptions, JwtBearerHandler>(
            JwtBearerDefaults.AuthenticationScheme,
            configureOptions: null
        );
        services
            .AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme)
            .Configure<IDevelopmentSigningKey, TimeProvider>(
                (bearer, developmentKey, clock) => Configure(bearer, options, development, developmentKey, clock)
            );

        var policies = services.AddAuthorizationBuilder();
        foreach (var role in Enum.GetValues<Role>())
            policies.AddPolicy(role.Name(), policy => policy.RequireClaim(Caller.RoleClaim, role.Name()));
    }

    static void Configure(
        JwtBearerOptions bearer,
        AuthOptions options,
        bool development,
        IDevelopmentSigningKey developmentKey,
        TimeProvider clock
    )
    {
        bearer.MapInboundClaims = false;
        bearer.RequireHttpsMetadata = !development;
        bearer.TokenValidationParameters = new TokenValidationParameters
        {
            NameClaimType = Caller.SubjectClaim,
            RoleClaimType = Caller.RoleClaim,
            ValidateIssuer = options.Authority is not null,
            ValidateAudience = options.Audience is not null,
            ValidAudience = options.Audience,
            // A public key must never be accepted as a shared secret, or the other way round.
            ValidAlgorithms = options.Authority is null ? ["HS256", "HS384", "HS512"] : s_asymmetric,
            LifetimeValidator = (notBefore, expires, _, _) =>
                expires > (clock.GetUtcNow() - s_clockSkew).UtcDateTime
                && !(notBefore > (clock.GetUtcNow() + s_clockSkew).UtcDateTime),
        };
        bearer.Events = new JwtBearerEvents { OnTokenValidated = CheckSubject };

        if (options.Authority is not null)
            bearer.Authority = options.Authority;
        else if (options.SigningKey is { } key)
            bearer.TokenValidationParameters.IssuerSigningKey = new SymmetricSecurityKey(key);
        else
            bearer.ConfigurationManager = new DevelopmentKeys(developmentKey);
    }

    static readonly string[] s_asymmetric =
    [
        "RS256",
        "RS384",
        "RS512",
        "PS256",
        "PS384",
        "PS512",
        "ES256",
        "ES384",
        "ES512",
    ];

    /// <summary>Returns why the request's token was refused, if the rule is one of this API; null for all other reasons.</summary>
    public static string? Refusal(HttpContext context) => context.Items[s_refusal] as string;

    /// <summary>Whether an id could not be a part of a path: clients and servers resolve these segments.</summary>
    public static bool IsDotSegment(string? id) => id is "." or "..";

    static Task CheckSubject(TokenValidatedContext context)
    {
        // The subject becomes a key in the database: it must fit, and every character must be storable in a text column. It
        // becomes a part of paths, too: POST /operations/riders/{riderId}/forget.
        var subject = context.Principal?.FindFirst(Caller.SubjectClaim)?.Value;
        if (
            string.IsNullOrWhiteSpace(subject)
            || subject.Length > MaxSubjectLength
            || subject.Any(char.IsControl)
            || !subject.IsStorable()
            || IsDotSegment(subject)
        )
        {
            context.HttpContext.Items[s_refusal] = SubjectRule;
            context.Fail(SubjectRule);
        }
        return Task.CompletedTask;
    }

    /// <summary>Gives the development key to the token handler as if it were an authority's keys.</summary>
    sealed class DevelopmentKeys(IDevelopmentSigningKey key) : IConfigurationManager<OpenIdConnectConfiguration>
    {
        public async Task<OpenIdConnectConfiguration> GetConfigurationAsync(CancellationToken cancellationToken) =>
            new() { SigningKeys = { new SymmetricSecurityKey(await key.GetAsync(cancellationToken)) } };

        public void RequestRefresh()
        {
            // The key does not change during the life of the process.
        }
    }
}
