using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace RideBooking.Tests.Rides;

/// <summary>Records every statement that the host sends to its database, with the request that caused it.</summary>
public sealed class Lens : DbCommandInterceptor, IStartupFilter
{
    static readonly AsyncLocal<ConcurrentQueue<string>?> s_request = new();

    readonly ConcurrentDictionary<string, ConcurrentQueue<string>> _requests = new(StringComparer.Ordinal);

    /// <summary>The distinct statements, each with the parameters of its first execution.</summary>
    public ConcurrentDictionary<string, DbParameter[]> Statements { get; } = new(StringComparer.Ordinal);

    /// <summary>Returns the statements of the latest request of a kind, such as <c>POST /rides</c>.</summary>
    public IReadOnlyList<string> Of(string request) => [.. _requests[request]];

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) =>
        app =>
        {
            app.Use(Watch);
            next(app);
        };

    async Task Watch(HttpContext http, RequestDelegate next)
    {
        var statements = s_request.Value = [];
        await next(http);
        if (http.GetEndpoint() is RouteEndpoint endpoint)
            _requests[
                $"{http.Request.Method} /{endpoint.RoutePattern.RawText!.Replace("/api/v1/", "", StringComparison.Ordinal)}"
            ] = statements;
    }

    public override DbCommand CommandInitialized(CommandEndEventData eventData, DbCommand result)
    {
        s_request.Value?.Enqueue(result.CommandText);
        Statements.TryAdd(result.CommandText, [.. result.Parameters.Cast<DbParameter>()]);
        return result;
    }
}
