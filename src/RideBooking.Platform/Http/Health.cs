using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace RideBooking.Platform.Http;

/// <summary>
/// <c>/health/live</c>: the process answers, restart it if not. <c>/health/ready</c>: everything it needs is there, send it
/// requests only then; names each registered check, its state and, in a few words written for everybody, what is wrong.
/// Open to all, so it shows nothing else that a check may say.
/// </summary>
internal static class Health
{
    const string Reason = "reason";

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes
            .MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = Write })
            .DisableRateLimiting();
        routes
            .MapHealthChecks("/health/ready", new HealthCheckOptions { ResponseWriter = Write })
            .DisableRateLimiting();
    }

    /// <summary>Something that this needs is unavailable.</summary>
    /// <param name="reason">For everybody to read: no addresses, no names of users.</param>
    public static HealthCheckResult Unhealthy(string reason) => HealthCheckResult.Unhealthy(data: Because(reason));

    /// <summary>It works, and somebody should look.</summary>
    /// <inheritdoc cref="Unhealthy" path="/param"/>
    public static HealthCheckResult Degraded(string reason) => HealthCheckResult.Degraded(data: Because(reason));

    static Dictionary<string, object> Because(string reason) => new() { [Reason] = reason };

    static Task Write(HttpContext context, HealthReport report) =>
        context.Response.WriteAsJsonAsync(
            new Report(
                report.Status,
                [
                    .. report
                        .Entries.OrderBy(entry => entry.Key)
                        .Select(entry => new Check(entry.Key, entry.Value.Status, ReasonOf(entry.Value))),
                ]
            ),
            context.RequestAborted
        );

    static string? ReasonOf(HealthReportEntry entry) =>
        entry.Data.TryGetValue(Reason, out var reason) ? reason as string
        : entry.Status == HealthStatus.Healthy ? null
        : "does not answer";

    sealed record Report(HealthStatus Status, IReadOnlyList<Check> Checks);

    sealed record Check(
        string Name,
        HealthStatus State,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason
    );
}
