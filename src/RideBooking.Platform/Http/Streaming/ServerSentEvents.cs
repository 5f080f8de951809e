using System.Buffers;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RideBooking.Platform.Http.Limits;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Requests;
using JsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace RideBooking.Platform.Http.Streaming;

/// <summary>One event of a server-sent event stream.</summary>
/// <param name="Id">Its place in the stream, for <c>Last-Event-ID</c> when a client reconnects; null leaves that unchanged.</param>
/// <param name="Type">The event name that clients subscribe to, one word.</param>
/// <param name="Data">Written as JSON, by its runtime type.</param>
public sealed record ServerEvent(long? Id, string Type, object Data)
{
    /// <summary>Creates an event that sets the client's <c>Last-Event-ID</c> and says nothing else.</summary>
    public static ServerEvent Place(long id) => new(id, "", "");
}

/// <summary>
/// Answers with server-sent events as they occur. Ends when the events end, the client leaves, its token expires or the
/// process stops.
/// </summary>
/// <remarks>
/// In the last two cases the client reconnects automatically with <c>Last-Event-ID</c> (see <see cref="LastEventId"/>). A
/// comment every 15 s keeps proxies from closing a quiet stream and detects clients that have left. If the event log cannot be
/// read at some place, the last event is named <c>problem</c>, and its data is the problem. The framework's own result for this
/// sends nothing while there are no events, not even headers.
/// </remarks>
/// <param name="events">Enumerated once. The token of its enumerator is cancelled when the stream ends.</param>
public sealed partial class ServerSentEvents(IAsyncEnumerable<ServerEvent> events) : IResult, IEndpointMetadataProvider
{
    internal const string MediaType = "text/event-stream";
    internal static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);
    const string ProblemEvent = "problem";
    static readonly TimeSpan s_reconnectAfter = TimeSpan.FromSeconds(2);
    static readonly TimeSpan s_reconnectAfterProblem = TimeSpan.FromMinutes(1);

    /// <inheritdoc />
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        await ReleaseServices(httpContext);
        var services = httpContext.RequestServices;
        var clock = services.GetRequiredService<TimeProvider>();
        using var expiry = new CancellationTokenSource(UntilTokenExpires(httpContext, clock), clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(
            httpContext.RequestAborted,
            services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping,
            expiry.Token
        );

        var response = httpContext.Response;
        response.ContentType = MediaType;
        response.Headers.CacheControl = "no-cache, no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        if (httpContext.IsHeadersOnly())
            return;
        httpContext.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();

        var json = services.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        var source = events.GetAsyncEnumerator(end.Token);
        var next = Task.FromResult(false);
        try
        {
            await Send(response, $"retry: {s_reconnectAfter.TotalMilliseconds:0}\n\n", end.Token);
            next = source.MoveNextAsync().AsTask();
            // One timer for all waits of 15 s: most streams are quiet, and many are open.
            var beat = Task.Delay(Heartbeat, clock, end.Token);
            while (true)
            {
                if (!next.IsCompleted)
                    await Task.WhenAny(next, beat);
                end.Token.ThrowIfCancellationRequested();
                if (next.IsCompleted)
                {
                    if (!await next)
                        break;
                    await Send(response, Format(source.Current, json), end.Token);
                    next = source.MoveNextAsync().AsTask();
                }
                // Also when the stream ends, which cancels it.
                if (!beat.IsCompletedSuccessfully)
                    continue;
                await Send(response, ":\n\n", end.Token);
                beat = Task.Delay(Heartbeat, clock, end.Token);
            }
        }
        catch (Exception exception) when (end.IsCancellationRequested)
        {
            // The client left, its token expired, or the process stops: a stream ends normally in these ways. An exception
            // that a query or a connection throws then (not always an OperationCanceledException) is not a fault.
            LogCutOff(Logger(services), exception, httpContext.Request.Path);
        }
        catch (Exception exception) when (UnreadableProblem.Explain(exception) is { } problem)
        {
            LogUnreadable(Logger(services), exception, httpContext.Request.Path, exception.Message);
            await SendLast(httpContext, problem, json, end.Token);
        }
        catch (Exception exception) when (TransientFault.Matches(exception))
        {
            // The client reconnects and resumes. An answer that has begun cannot report an error; it can only end.
            LogUnavailable(Logger(services), exception, httpContext.Request.Path);
        }
        finally
        {
            // An enumerator must not be disposed during a call of MoveNextAsync.
            await end.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Dispose(source, services);
        }
    }

    // The answer has begun, so the problem cannot be its status. Without an id: a client that reconnects continues after the
    // last event that it received, and meets the problem again until it is solved.
    static async Task SendLast(
        HttpContext context,
        ProblemDetails problem,
        JsonSerializerOptions json,
        CancellationToken cancellationToken
    )
    {
        ProblemWriter.AddTraceId(problem, context);
        var last = Format(new ServerEvent(null, ProblemEvent, problem), json);
        try
        {
            await Send(
                context.Response,
                $"retry: {s_reconnectAfterProblem.TotalMilliseconds:0}\n{last}",
                cancellationToken
            );
        }
        catch (Exception exception)
        {
            LogDisconnected(Logger(context.RequestServices), exception);
        }
    }

    static async Task Dispose(IAsyncEnumerator<ServerEvent> source, IServiceProvider services)
    {
        try
        {
            await source.DisposeAsync();
        }
        catch (Exception exception)
        {
            // The answer has ended, so the error can only be logged.
            LogSourceFailure(Logger(services), exception);
        }
    }

    /// <summary>Releases the services of the endpoint that opened the stream; they are not needed for hours.</summary>
    /// <remarks>
    /// With them go its database context and, on SQLite, an open connection: three files and some 200 KB for each stream.
    /// </remarks>
    static async Task ReleaseServices(HttpContext httpContext)
    {
        if (httpContext.Features.Get<IServiceProvidersFeature>() is not RequestServicesFeature used)
            return;
        var scopes = httpContext.RequestServices.GetRequiredService<IServiceScopeFactory>();
        httpContext.Features.Set<IServiceProvidersFeature>(new RequestServicesFeature(httpContext, scopes));
        await used.DisposeAsync();
    }

    static ILogger Logger(IServiceProvider services) => services.GetRequiredService<ILogger<ServerSentEvents>>();

    static async Task Send(HttpResponse response, string text, CancellationToken cancellationToken)
    {
        response.BodyWriter.Write(Encoding.UTF8.GetBytes(text));
        await response.BodyWriter.FlushAsync(cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
    }

    static string Format(ServerEvent serverEvent, JsonSerializerOptions json)
    {
        var id = serverEvent.Id is { } place ? string.Create(CultureInfo.InvariantCulture, $"id: {place}\n") : "";
        if (serverEvent.Type.Length == 0)
            return $"{id}\n";
        // JSON on one line: a line break inside a string is escaped, so data never breaks the frame.
        return $"{id}event: {serverEvent.Type}\ndata: {JsonSerializer.Serialize(serverEvent.Data, json)}\n\n";
    }

    static TimeSpan UntilTokenExpires(HttpContext context, TimeProvider clock)
    {
        var expires = context.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult?.Properties?.ExpiresUtc;
        if (expires is null)
            return Timeout.InfiniteTimeSpan;
        var left = expires.Value - clock.GetUtcNow();
        return left < TimeSpan.Zero ? TimeSpan.Zero
            : left > TimeSpan.FromDays(1) ? TimeSpan.FromDays(1)
            : left;
    }

    /// <inheritdoc />
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Metadata.Add(new LiveStream());
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(string), [MediaType]));
    }

    [LoggerMessage(LogLevel.Debug, "A stream of {Path} was cut off")]
    static partial void LogCutOff(ILogger logger, Exception exception, PathString path);

    [LoggerMessage(LogLevel.Error, "The stream {Path} ended: {Reason}")]
    static partial void LogUnreadable(ILogger logger, Exception exception, PathString path, string reason);

    [LoggerMessage(
        LogLevel.Warning,
        "The stream {Path} ended because a dependency is unavailable; the client reconnects"
    )]
    static partial void LogUnavailable(ILogger logger, Exception exception, PathString path);

    [LoggerMessage(LogLevel.Debug, "A client disconnected before its stream's last event")]
    static partial void LogDisconnected(ILogger logger, Exception exception);

    [LoggerMessage(LogLevel.Warning, "The source of a stream failed after the stream had ended")]
    static partial void LogSourceFailure(ILogger logger, Exception exception);
}

/// <summary>The last event of a stream that a reconnecting client has seen. A handler takes it as a parameter.</summary>
/// <remarks>
/// It is the header <c>Last-Event-ID</c>, or <c>lastEventId</c> in the query for clients that cannot set headers. A value
/// that is not a number is answered 400.
/// </remarks>
/// <param name="Value">The <see cref="ServerEvent.Id"/>; null on a client's first connection.</param>
public readonly record struct LastEventId(long? Value) : IEndpointParameterMetadataProvider
{
    internal const string Header = "Last-Event-ID";
    internal const string Parameter = "lastEventId";

    /// <inheritdoc />
    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Metadata.Add(new BoundFromQuery(Parameter));
    }

    /// <summary>Binds the id as a parameter of an endpoint.</summary>
    public static ValueTask<LastEventId> BindAsync(HttpContext context)
    {
        var (name, text) = (Header, context.Request.Headers[Header].ToString());
        if (text.Length == 0)
            (name, text) = (Parameter, context.Request.Query[Parameter].ToString());
        if (text.Length == 0)
            return new(new LastEventId(null));
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? new(new LastEventId(id))
            : throw new InvalidInputException(name, "must be the id of an event of this stream");
    }
}
