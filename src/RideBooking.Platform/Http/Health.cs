using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace RideBooking.Platform.Http;

/// <summary>
/// <c>/health/live</c>: the process answers, restart it if not. <c>/health/ready</c>: everything it needs is there, send it
/// requests only then; names each registered check and its state. Open to all, so it names nothing more.
/// </summary>
internal static class Health
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapHealthChecks(
            "/health/live",
            new HealthCheckOptions { Predicate = _ => false, ResponseWriter = Write }
        );
        routes.MapHealthChecks("/health/ready", new HealthCheckOptions { ResponseWriter = Write });
    }

    static Task Write(HttpContext context, HealthReport report) =>
        context.Response.WriteAsJsonAsync(
            new Report(
                report.Status,
                [
                    .. report
                        .Entries.OrderBy(entry => entry.Key)
                        .Select(entry => new Check(entry.Key, entry.Value.Status)),
                ]
            ),
            context.RequestAborted
        );

    sealed record Report(HealthStatus Status, IReadOnlyList<Check> Checks);

    sealed record Check(string Name, HealthStatus State);
}
