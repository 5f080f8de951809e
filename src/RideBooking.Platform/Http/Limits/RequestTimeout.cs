using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Messaging;

namespace RideBooking.Platform.Http.Limits;

/// <summary>
/// Cancels a request that is not answered in time, and answers 503 <c>request_timeout</c>. Live streams have no timeout.
/// </summary>
/// <remarks>Otherwise all requests would accumulate behind one slow dependency.</remarks>
internal static partial class RequestTimeout
{
    static readonly TimeSpan s_retryAfter = TimeSpan.FromSeconds(2);

    public static void UseRequestTimeout(this WebApplication app)
    {
        var time = app.Services.GetRequiredService<LimitOptions>().RequestTimeout;
        var clock = app.Services.GetRequiredService<TimeProvider>();
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(RequestTimeout));
        app.Use(
            (context, next) =>
                context.GetEndpoint()?.Metadata.GetMetadata<LiveStream>() is null
                    ? Limit(context, next, time, clock, logger)
                    : next(context)
        );
    }

    static async Task Limit(
        HttpContext context,
        RequestDelegate next,
        TimeSpan time,
        TimeProvider clock,
        ILogger logger
    )
    {
        var requestAborted = context.RequestAborted;
        using var limit = new CancellationTokenSource(time, clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(requestAborted, limit.Token);
        context.RequestAborted = end.Token;
        try
        {
            await next(context);
            return;
        }
        // Any exception type: each database driver throws its own when it is cancelled.
        catch (Exception exception)
            when (limit.IsCancellationRequested
                && !requestAborted.IsCancellationRequested
                && !context.Response.HasStarted
            )
        {
            LogTimeout(logger, exception, context.Request.Method, context.Request.Path, time);
        }
        finally
        {
            context.RequestAborted = requestAborted;
        }

        context.Response.Clear();
        await Problem
            .Of(
                StatusCodes.Status503ServiceUnavailable,
                ProblemCode.RequestTimeout,
                "The request took too long and was cancelled; retry it, with the same Idempotency-Key if it had one.",
                (Problem.RetryAfter, (int)s_retryAfter.TotalSeconds)
            )
            .ExecuteAsync(context);
    }

    [LoggerMessage(LogLevel.Warning, "{Method} {Path} timed out after {Time} and was cancelled")]
    static partial void LogTimeout(ILogger logger, Exception exception, string method, PathString path, TimeSpan time);
}
