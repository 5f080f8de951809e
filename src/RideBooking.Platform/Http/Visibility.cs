using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Http;

/// <summary>
/// Declares of a command which events, of those it publishes and those that follow, are handled before it is answered. With
/// that the caller's next request sees what this one did: docs/visibility.md.
/// </summary>
public static class Visibility
{
    static readonly object s_arrived = new();

    /// <summary>What the API description says of it: the text of docs/visibility.md.</summary>
    internal static string Explanation { get; } = ReadExplanation();

    /// <summary>The command is answered when this event of it is handled by every consumer whose state the API shows.</summary>
    public static RouteHandlerBuilder AnswersWhenHandled<TEvent>(this RouteHandlerBuilder endpoint)
        where TEvent : class => endpoint.AnswersWhenHandled(typeof(TEvent));

    /// <summary>The same for an event and another that is published when the first is handled.</summary>
    public static RouteHandlerBuilder AnswersWhenHandled<TEvent, TFollowing>(this RouteHandlerBuilder endpoint)
        where TEvent : class
        where TFollowing : class => endpoint.AnswersWhenHandled(typeof(TEvent), typeof(TFollowing));

    /// <summary>
    /// Lets a request wait for what the caller's earlier commands were answered before. Not what a device sends by itself: it
    /// shows nothing, and must not come late.
    /// </summary>
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
        using var stream = typeof(Visibility).Assembly.GetManifestResourceStream("NextRequests.md")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    static RouteHandlerBuilder AnswersWhenHandled(this RouteHandlerBuilder endpoint, params Type[] events) =>
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
                    var answer = await next(invocation);
                    await wait.Finish(http.RequestAborted);
                    return answer;
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
