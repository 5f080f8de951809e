using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Limits;
using RideBooking.Platform.Http.Requests;

namespace RideBooking.Platform.Http.OpenApi;

/// <summary>The groups in which endpoints of the API are mapped.</summary>
/// <remarks>
/// A group adds the <c>/api/v1</c> prefix, the authorized roles, validation of the arguments and their description on the
/// reference page. Replay by Idempotency-Key applies to every POST.
/// </remarks>
public static class ApiGroups
{
    const string Prefix = "/api/v1";

    /// <summary>Maps endpoints for riders. Other callers are refused with 403.</summary>
    public static RouteGroupBuilder MapRiders(this IEndpointRouteBuilder routes, string tag = "Riders") =>
        routes.MapCallers(tag, Role.Rider);

    /// <summary>Maps endpoints for drivers. Other callers are refused with 403.</summary>
    public static RouteGroupBuilder MapDrivers(this IEndpointRouteBuilder routes, string tag = "Drivers") =>
        routes.MapCallers(tag, Role.Driver);

    /// <summary>Maps endpoints for operators. Other callers are refused with 403.</summary>
    public static RouteGroupBuilder MapOperators(this IEndpointRouteBuilder routes, string tag = "Operators") =>
        routes.MapCallers(tag, Role.Operator);

    /// <summary>Maps endpoints for callers who have any of several roles.</summary>
    /// <param name="routes">Where to map.</param>
    /// <param name="tag">The heading on the reference page.</param>
    /// <param name="roles">The roles; one of them is enough.</param>
    public static RouteGroupBuilder MapCallers(this IEndpointRouteBuilder routes, string tag, params Role[] roles)
    {
        var names = roles.Select(role => role.Name()).ToArray();
        return routes
            .MapGroup(Prefix)
            .WithConventions(tag)
            .RequireAuthorization(policy => policy.RequireClaim(Caller.RoleClaim, names));
    }

    /// <summary>Maps endpoints for all callers, with or without a token.</summary>
    public static RouteGroupBuilder MapPublic(this IEndpointRouteBuilder routes, string tag) =>
        routes.MapGroup(Prefix).WithConventions(tag).AllowAnonymous();

    /// <summary>
    /// Lists on the reference page the endpoint's own problem codes for a status, in addition to those of every endpoint.
    /// </summary>
    public static TBuilder Refuses<TBuilder>(this TBuilder endpoint, int status, params string[] codes)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new EndpointProblems(status, codes));

    internal static RouteGroupBuilder WithConventions(this RouteGroupBuilder group, string tag) =>
        group
            .WithTags(tag)
            .WithMetadata(new ApiOperation())
            .AddEndpointFilter(CompleteResponses.Filter)
            .AddEndpointFilterFactory(RequestValidation.Filter);
}

/// <summary>Problem codes that an endpoint adds to those of the conventions.</summary>
internal sealed record EndpointProblems(int Status, string[] Codes);
