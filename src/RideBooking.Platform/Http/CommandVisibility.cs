using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Idempotency;
using RideBooking.Platform.Http.Limits;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;
using RideBooking.Platform.Visibility;

namespace RideBooking.Platform.Http;

/// <summary>Declares which events of a command are handled before the command is answered.</summary>
/// <remarks>
/// They may be events that it publishes or events that follow from them. Then the caller's next request sees the effects of
/// this one: see docs/visibility.md.
/// </remarks>
public static class CommandVisibility
{
    static readonly object s_arrived = new();

    /// <summary>The text for the API description, from docs/visibility.md.</summary>
    internal static string Explanation { get; } = ReadExplanation();

    /// <summary>Answers the command after this event has been handled by every consumer whose state the API shows.</summary>
    public static RouteHandlerBuilder RespondsWhenHandled<TEvent>(this RouteHandlerBuilder endpoint)
        where TEvent : class => endpoint.RespondsWhenHandled(typeof(TEvent));

    /// <summary>
    /// Answers the command after this event, and one that is published when it is handled, have been handled.
    /// </summary>
    public static RouteHandlerBuilder RespondsWhenHandled<TEvent, TFollowing>(this RouteHandlerBuilder endpoint)
        where TEvent : class
        where TFollowing : class => endpoint.RespondsWhenHandled(typeof(TEvent), typeof(TFollowing));

    /// <summary>Lets a request wait for the effects of the caller's earlier commands.</summary>
    /// <remarks>Requests that a device sends automatically do not wait: they show nothing, and must not be late.</remarks>
    internal static void UseVisibility(this IApplicationBuilder app) =>
        app.Use(
            async (context, next) =>
            {
                var arrived = Stopwatch.GetTimestamp();
                context.Items[s_arrived] = arrived;
                if (
                    context.RequestServices.GetService<EventVisibility>() is { IsNeeded: true } visibility
                    && context.GetEndpoint()?.Metadata.GetMetadata<SentInBulk>() is null
                    && Caller.From(context.User) is { } caller
                )
                    await visibility.WaitForEarlier(
                        caller.Id,
                        isRead: HttpMethods.IsGet(context.Request.Method),
                        arrived,
                        context.RequestAborted
                    );
                await next(context);
            }
        );

    static string ReadExplanation()
    {
        using var stream = typeof(CommandVisibility).Assembly.GetManifestResourceStream("NextRequests.md")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    static RouteHandlerBuilder RespondsWhenHandled(this RouteHandlerBuilder endpoint, params Type[] events) =>
        endpoint.AddEndpointFilter(
            async (invocation, next) =>
            {
                var http = invocation.HttpContext;
                var request = await IdempotentRequest.BindAsync(http);
                var visibility = http.RequestServices.GetRequiredService<EventVisibility>();
                var arrived = (long)http.Items[s_arrived]!;
                var hasEntered = await visibility.Enter(arrived, http.RequestAborted);
                var wait = visibility.Begin(
                    events,
                    arrived,
                    http.RequestServices.GetRequiredService<AppDbContext>(),
                    request!.IdFor(IdempotentRequest.Command)
                );
                try
                {
                    var result = await next(invocation);
                    await wait.Finish(http.RequestAborted);
                    return result;
                }
                finally
                {
                    visibility.End(wait, Caller.From(http.User)?.Id);
                    if (hasEntered)
                        visibility.Leave();
                }
            }
        );
}
