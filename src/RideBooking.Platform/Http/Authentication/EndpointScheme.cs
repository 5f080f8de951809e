using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace RideBooking.Platform.Http.Authentication;

/// <summary>Authenticates the callers of endpoints whose policy names a scheme of its own, such as the session of a web page.</summary>
/// <remarks>
/// The policy does so again, but only after the limits. Without this, such callers would be anonymous to the limits, and all
/// behind one address would share its requests and streams.
/// </remarks>
internal static class EndpointScheme
{
    public static void UseEndpointScheme(this WebApplication app) =>
        app.Use(
            async (context, next) =>
            {
                var policy = context.GetEndpoint()?.Metadata.GetMetadata<AuthorizationPolicy>();
                if (
                    policy?.AuthenticationSchemes is [var scheme]
                    && (await context.AuthenticateAsync(scheme)).Principal is { } caller
                )
                    context.User = caller;
                await next(context);
            }
        );
}
