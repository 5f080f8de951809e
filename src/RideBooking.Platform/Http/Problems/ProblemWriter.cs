using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using JsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace RideBooking.Platform.Http.Problems;

/// <summary>Writes every problem of the process, ours and the framework's, in one format.</summary>
/// <remarks>
/// The framework's own writer does nothing when a client accepts only other media types. An error without a body does not
/// help the client, so this one always writes.
/// </remarks>
internal sealed class ProblemWriter(IOptions<JsonOptions> json) : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => true;

    /// <summary>Adds the id by which the log finds the request.</summary>
    public static void AddTraceId(ProblemDetails problem, HttpContext http) =>
        problem.Extensions["traceId"] = Activity.Current?.TraceId.ToHexString() ?? http.TraceIdentifier;

    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var (http, problem) = (context.HttpContext, context.ProblemDetails);
        problem.Status ??= http.Response.StatusCode;
        if (!problem.Extensions.ContainsKey("code"))
        {
            var (code, detail) = ProblemCode.ForStatus(problem.Status.Value);
            problem.WithCode(code).Detail ??= detail;
        }

        AddTraceId(problem, http);
        if (problem.Extensions.TryGetValue(Problem.RetryAfter, out var seconds))
            http.Response.Headers.RetryAfter = Convert.ToString(seconds, CultureInfo.InvariantCulture);

        http.Response.StatusCode = problem.Status.Value;
        await http.Response.WriteAsJsonAsync(
            problem,
            json.Value.SerializerOptions,
            "application/problem+json",
            http.RequestAborted
        );
    }
}
