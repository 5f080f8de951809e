using System.Text.Json.Serialization;
using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Security;

namespace RideBooking.Platform.Http;

/// <summary>Issues a token to every caller, so that a newcomer can be a rider and a driver at once.</summary>
/// <remarks>It exists only in Development, and not where an authority issues the tokens.</remarks>
internal static class DevelopmentToken
{
    static readonly TimeSpan s_lifetime = TimeSpan.FromHours(12);

    public static void Map(WebApplication app)
    {
        var options = app.Services.GetRequiredService<AuthOptions>();
        if (!app.Environment.IsDevelopment() || options.Authority is not null)
            return;

        app.MapGroup("")
            .WithConventions("Development")
            .MapPost("/dev/token", Handle)
            .ExcludeFromDescription()
            .DisableRateLimiting();
        app.MapPublic("Development")
            .MapPost("/dev/token", Handle)
            .DisableRateLimiting()
            .WithSummary("Get a development token")
            .WithDescription(
                "Only in Development. The role is rider, driver or operator; a subject is generated if it is left out."
            );
    }

    static async Task<Ok<View>> Handle(
        Request request,
        AuthOptions options,
        IDevelopmentSigningKey developmentKey,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var key = options.SigningKey ?? await developmentKey.GetAsync(cancellationToken);
        var now = clock.GetUtcNow().UtcDateTime;
        var token = new JsonWebTokenHandler().CreateToken(
            new SecurityTokenDescriptor
            {
                Audience = options.Audience,
                IssuedAt = now,
                NotBefore = now,
                Expires = now + s_lifetime,
                Claims = new Dictionary<string, object>
                {
                    [Caller.SubjectClaim] = request.Subject ?? Guid.CreateVersion7().ToString(),
                    [Caller.RoleClaim] = request.Role,
                },
                SigningCredentials = new SigningCredentials(
                    new SymmetricSecurityKey(key),
                    SecurityAlgorithms.HmacSha256
                ),
            }
        );
        return TypedResults.Ok(new View(token, "Bearer", (int)s_lifetime.TotalSeconds));
    }

    /// <param name="Role"><c>rider</c>, <c>driver</c> or <c>operator</c>.</param>
    /// <param name="Subject">The caller's id, 1 to 255 characters. Generated if it is left out.</param>
    internal sealed record Request(string Role, string? Subject)
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator()
            {
                RuleFor(request => request.Role).OneOf([.. Enum.GetValues<Role>().Select(role => role.Name())]);
                RuleFor(request => request.Subject)
                    .Text(1, Authentication.Authentication.MaxSubjectLength)
                    .Must(subject => !Authentication.Authentication.IsDotSegment(subject))
                    .WithMessage("must not be '.' or '..'");
            }
        }
    }

    /// <param name="AccessToken">The token.</param>
    /// <param name="TokenType">Always <c>Bearer</c>.</param>
    /// <param name="ExpiresIn">How long it is valid, seconds.</param>
    internal sealed record View(
        [property: JsonPropertyName("access_token")] string AccessToken,
        [property: JsonPropertyName("token_type")] string TokenType,
        [property: JsonPropertyName("expires_in")] int ExpiresIn
    );
}
