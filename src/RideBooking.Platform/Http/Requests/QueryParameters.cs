using System.Collections.Frozen;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Messaging;

namespace RideBooking.Platform.Http.Requests;

/// <summary>Refuses query parameters that an operation of the API does not have, and those that are given twice.</summary>
/// <remarks>
/// A misspelt filter must not be ignored. The parameters follow from the operation's handler; a parameter that binds itself
/// lists its own with <see cref="BoundFromQuery"/>.
/// </remarks>
internal static class QueryParameters
{
    static readonly ConditionalWeakTable<Endpoint, FrozenSet<string>> s_known = [];

    public static void UseQueryParameters(this IApplicationBuilder app) =>
        app.Use(
            (context, next) =>
            {
                var query = context.Request.Query;
                if (
                    query.Count == 0
                    || context.GetEndpoint() is not RouteEndpoint endpoint
                    || endpoint.Metadata.GetMetadata<ApiOperation>() is null
                )
                    return next(context);

                var known = s_known.GetValue(endpoint, Known);
                foreach (var (name, values) in query)
                {
                    if (!known.TryGetValue(name, out var parameter))
                        return Unknown(name, known).ExecuteAsync(context);
                    if (values.Count > 1)
                        return Problem.Validation(parameter, "must be given once").ExecuteAsync(context);
                }
                return next(context);
            }
        );

    static ProblemHttpResult Unknown(string name, FrozenSet<string> known) =>
        Problem.Of(
            StatusCodes.Status400BadRequest,
            ProblemCode.UnknownParameter,
            $"This operation has no query parameter '{name}'.",
            ("parameter", name),
            ("parameters", known.Order(StringComparer.Ordinal))
        );

    static FrozenSet<string> Known(Endpoint endpoint)
    {
        var route = ((RouteEndpoint)endpoint).RoutePattern;
        var names = endpoint
            .Metadata.OfType<IParameterBindingMetadata>()
            .Where(parameter =>
                parameter.HasTryParse
                || parameter.ParameterInfo.ParameterType == typeof(string)
                || FromQuery(parameter) is not null
            )
            .Where(parameter => !parameter.ParameterInfo.GetCustomAttributes().Any(IsAnotherSource))
            .Select(parameter => FromQuery(parameter)?.Name ?? parameter.Name)
            .Where(name => route.GetParameter(name) is null);
        return names
            .Concat(endpoint.Metadata.OfType<BoundFromQuery>().SelectMany(bound => bound.Names))
            .ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    }

    static IFromQueryMetadata? FromQuery(IParameterBindingMetadata parameter) =>
        parameter.ParameterInfo.GetCustomAttributes().OfType<IFromQueryMetadata>().FirstOrDefault();

    static bool IsAnotherSource(Attribute attribute) =>
        attribute is IFromHeaderMetadata or IFromRouteMetadata or IFromBodyMetadata or IFromServiceMetadata;
}

/// <summary>Marks an operation of the API.</summary>
internal sealed class ApiOperation;

/// <summary>The query parameters that a parameter of a handler is bound from.</summary>
internal sealed record BoundFromQuery(params string[] Names);
