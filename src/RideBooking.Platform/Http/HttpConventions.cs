using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Idempotency;
using RideBooking.Platform.Http.Limits;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Observability;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Http;

/// <summary>
/// The conventions of every endpoint: problems, JSON, tokens, validation, replay, limits, health and the reference page.
/// </summary>
public static class HttpConventions
{
    /// <summary>
    /// Registers the conventions. A module adds its validators with <see cref="RequestValidation.AddRequestValidators"/>.
    /// </summary>
    /// <remarks>
    /// Throws <see cref="Configuration.ConfigurationException"/> if the settings give no way to check a token.
    /// </remarks>
    public static WebApplicationBuilder AddHttpConventions(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        var limits = LimitOptions.Read(builder.Configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.ConfigureHttpJsonOptions(options => JsonConventions.Apply(options.SerializerOptions));
        services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = BodyLimit.Bytes;
            // A client that sends or reads very slowly holds a connection for at most this long.
            kestrel.Limits.RequestHeadersTimeout = limits.HeadersTimeout;
            kestrel.Limits.MinRequestBodyDataRate = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
            kestrel.Limits.MinResponseDataRate = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
        });
        services.AddSingleton(limits);
        services.AddRateLimits(limits);
        services.AddBrowserOrigins(builder.Configuration);

        services.AddSingleton<IProblemDetailsWriter, ProblemWriter>();
        services.AddProblemDetails();
        services.AddExceptionHandler<ProblemForException>();
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);

        var auth = AuthOptions.Read(builder.Configuration, builder.Environment);
        services.AddTokens(auth, builder.Environment.IsDevelopment());
        services.AddRequestValidators(typeof(HttpConventions).Assembly);
        services.TryAddSingleton(new IdempotencyOptions());
        services.AddSingleton<IdempotencyStore>();
        services.AddSingleton<ClaimLeases>();
        services.AddHostedService(provider => provider.GetRequiredService<ClaimLeases>());
        services.AddHostedService<DeleteExpiredKeys>();
        services.AddApiDescription();
        services.AddHealthChecks().AddCheck<DatabaseHealth>("database", timeout: DatabaseHealth.Timeout);
        return builder;
    }

    /// <summary>
    /// Adds the conventions before the endpoints and maps the development token, the reference page and health.
    /// </summary>
    /// <remarks>Call it before anything else is mapped.</remarks>
    public static WebApplication UseHttpConventions(this WebApplication app)
    {
        app.UseHeadRequests();
        app.UseSecurityHeaders();
        app.UseExceptionHandler();
        app.UseStatusCodePages(WriteProblem);
        app.UseRouting();
        app.UseBrowserOrigins();
        app.UseLogScope();
        app.UseQueryText();
        app.UseBodyLimit();
        app.UseBodyEncoding();
        app.UseAuthentication();
        app.UseEndpointScheme();
        app.UseRateLimiter();
        app.UseAuthorization();
        app.UseQueryParameters();
        app.Use(
            (context, next) =>
            {
                SqliteWriteGate.BeginRequest();
                return next(context);
            }
        );
        app.UseMiddleware<IdempotentPosts>();
        // A second time, so that replay sees and keeps the problem that answers a handler's exception.
        app.UseExceptionHandler();
        app.UseRequestTimeout();
        app.UseVisibility();
        app.UseRepeatOnChangedSchema();

        app.MapHealth();
        app.MapReferencePage();
        DevelopmentToken.Map(app);
        return app;
    }

    static async Task WriteProblem(StatusCodeContext context)
    {
        var http = context.HttpContext;
        var problems = http.RequestServices.GetRequiredService<IProblemDetailsService>();
        await problems.WriteAsync(
            new ProblemDetailsContext
            {
                HttpContext = http,
                ProblemDetails =
                    http.Response.StatusCode == StatusCodes.Status401Unauthorized
                    && Authentication.Authentication.Refusal(http) is { } reason
                        ? Problem.Details(StatusCodes.Status401Unauthorized, ProblemCode.Unauthorized, reason)
                        : Problem.ForStatus(http.Response.StatusCode),
            }
        );
    }
}
