using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace RideBooking.Platform.Http;

/// <summary>
/// The groups that endpoints of the API are mapped in. Each carries the <c>/api/v1</c> prefix, who may call, validation of
/// the arguments and what the reference page says of them; replay by Idempotency-Key holds for every POST.
/// </summary>
public static class ApiGroups
{
    const string Prefix = "/api/v1";

    /// <summary>Endpoints for riders; anybody else is refused with 403.</summary>
    public static RouteGroupBuilder MapRiders(this IEndpointRouteBuilder routes, string tag = "Riders") =>
        routes.MapCallers(tag, Role.Rider);

    /// <summary>Endpoints for drivers; anybody else is refused with 403.</summary>
    public static RouteGroupBuilder MapDrivers(this IEndpointRouteBuilder routes, string tag = "Drivers") =>
        routes.MapCallers(tag, Role.Driver);

    /// <summary>Endpoints for operators; anybody else is refused with 403.</summary>
    public static RouteGroupBuilder MapOperators(this IEndpointRouteBuilder routes, string tag = "Operators") =>
        routes.MapCallers(tag, Role.Operator);

    /// <summary>Endpoints for callers who have any of several roles.</summary>
    /// <param name="routes">Where to map.</param>
    /// <param name="tag">The heading in the reference page.</param>
    /// <param name="roles">The roles of which one is enough.</param>
    public static RouteGroupBuilder MapCallers(this IEndpointRouteBuilder routes, string tag, params Role[] roles)
    {
        var names = roles.Select(role => role.Name()).ToArray();
        return routes
            .MapGroup(Prefix)
            .WithConventions(tag)
            .RequireAuthorization(policy => policy.RequireClaim(Caller.RoleClaim, names));
    }

    /// <summary>Endpoints for everybody, with or without a token.</summary>
    public static RouteGroupBuilder MapPublic(this IEndpointRouteBuilder routes, string tag) =>
        routes.MapGroup(Prefix).WithConventions(tag).AllowAnonymous();

    /// <summary>Names in the reference page the endpoint's own problem codes of a status, beside those that any endpoint has.</summary>
    public static TBuilder Refuses<TBuilder>(this TBuilder endpoint, int status, params string[] codes)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new EndpointProblems(status, codes));

    internal static RouteGroupBuilder WithConventions(this RouteGroupBuilder group, string tag) =>
        group.WithTags(tag).WithMetadata(new ApiOperation()).AddEndpointFilterFactory(RequestValidation.Filter);
}

/// <summary>Problem codes that an endpoint adds to those of the conventions.</summary>
internal sealed record EndpointProblems(int Status, string[] Codes);
