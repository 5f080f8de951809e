using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace RideBooking.Platform.Http.Problems;

/// <summary>
/// Maps exceptions to the problems that the client may see. Faults of the server are logged, and not shown.
/// </summary>
internal sealed partial class ProblemForException(IProblemDetailsService problems, ILogger<ProblemForException> logger)
    : IExceptionHandler
{
    static readonly TimeSpan s_retryAfter = TimeSpan.FromSeconds(2);

    public async ValueTask<bool> TryHandleAsync(
        HttpContext context,
        Exception exception,
        CancellationToken cancellationToken
    )
    {
        // The framework has removed the endpoint from the context by now and keeps it here.
        var endpoint = context.Features.Get<IExceptionHandlerFeature>()?.Endpoint;
        var problem = Explain(exception, endpoint);
        Log(context, exception, problem);
        context.Response.StatusCode = problem.Status!.Value;
        return await problems.TryWriteAsync(
            new ProblemDetailsContext { HttpContext = context, ProblemDetails = problem }
        );
    }

    static ProblemDetails Explain(Exception exception, Endpoint? endpoint) =>
        exception switch
        {
            InvalidInputException invalid => Problem.ValidationDetails(invalid.Errors),
            BadHttpRequestException bad => BindingProblem.Explain(bad, endpoint),
            DbUpdateConcurrencyException => Problem.Details(
                StatusCodes.Status409Conflict,
                ProblemCode.ConcurrentUpdate,
                "Another request changed this at the same time. Read it again and retry."
            ),
            NotYetVisibleException pending => Problem.Details(
                StatusCodes.Status503ServiceUnavailable,
                ProblemCode.NotYetVisible,
                pending.Message,
                (Problem.RetryAfter, 1)
            ),
            _ when UnreadableProblem.Explain(exception) is { } unreadable => unreadable,
            _ when TransientFault.Matches(exception) => Problem.UnavailableDetails(
                "A dependency is temporarily unavailable; retry shortly.",
                s_retryAfter
            ),
            _ => Problem.ForStatus(StatusCodes.Status500InternalServerError),
        };

    void Log(HttpContext context, Exception exception, ProblemDetails problem)
    {
        var (method, path) = (context.Request.Method, context.Request.Path);
        if (exception is NotYetVisibleException)
            LogNotYetVisible(method, path, exception.Message);
        else if (problem.Status == StatusCodes.Status503ServiceUnavailable)
            LogUnavailable(exception, method, path);
        else if (UnreadableProblem.Explain(exception) is not null)
            LogUnreadable(exception, method, path, exception.Message);
        else if (problem.Status >= 500)
            LogFailure(exception, method, path);
        else
            LogRefusal(exception, method, path, problem.Status);
    }

    [LoggerMessage(LogLevel.Warning, "{Method} {Path} answered 503: {Reason}")]
    partial void LogNotYetVisible(string method, PathString path, string reason);

    [LoggerMessage(LogLevel.Warning, "{Method} {Path} answered 503: a dependency is unavailable")]
    partial void LogUnavailable(Exception exception, string method, PathString path);

    [LoggerMessage(LogLevel.Error, "{Method} {Path} failed: {Reason}")]
    partial void LogUnreadable(Exception exception, string method, PathString path, string reason);

    [LoggerMessage(LogLevel.Error, "{Method} {Path} failed")]
    partial void LogFailure(Exception exception, string method, PathString path);

    [LoggerMessage(LogLevel.Debug, "{Method} {Path} answered {Status}")]
    partial void LogRefusal(Exception exception, string method, PathString path, int? status);
}
