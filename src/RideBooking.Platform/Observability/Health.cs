using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace RideBooking.Platform.Observability;

/// <summary>
/// Maps <c>/health/live</c> (the process answers; restart it if not) and <c>/health/ready</c> (everything that requests need
/// is available).
/// </summary>
/// <remarks>
/// Readiness lists each registered check, its state and the reason in a few words for the public. Both are open to all
/// callers, so they show nothing else of a check.
/// </remarks>
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

    /// <summary>A dependency is unavailable.</summary>
    /// <param name="reason">Public: no addresses, no names of users.</param>
    public static HealthCheckResult Unhealthy(string reason) => HealthCheckResult.Unhealthy(data: Because(reason));

    /// <summary>The part works, but an operator should look at it.</summary>
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
