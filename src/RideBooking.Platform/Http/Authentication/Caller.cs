using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace RideBooking.Platform.Http.Authentication;

/// <summary>A role of a caller of the API. The token's <c>role</c> claim holds the name in lower case.</summary>
public enum Role
{
    /// <summary>Books rides.</summary>
    Rider,

    /// <summary>Drives rides.</summary>
    Driver,

    /// <summary>Operates the system.</summary>
    Operator,
}

/// <summary>
/// The caller of an endpoint that is open to several roles. A handler takes it as a parameter, like <see cref="Rider"/>,
/// <see cref="Driver"/> and <see cref="Operator"/>.
/// </summary>
/// <param name="Id">The token's <c>sub</c>, 1 to 255 characters.</param>
/// <param name="Roles">The roles that the token gives, without unknown ones.</param>
public sealed record Caller(string Id, IReadOnlyList<Role> Roles)
{
    internal const string SubjectClaim = "sub";
    internal const string RoleClaim = "role";

    /// <summary>Whether the caller has a role.</summary>
    public bool Is(Role role) => Roles.Contains(role);

    /// <summary>Binds the caller as a parameter of an endpoint; 401 without a valid token.</summary>
    public static ValueTask<Caller?> BindAsync(HttpContext context) =>
        new(From(context.User) ?? throw new BadHttpRequestException("No caller.", StatusCodes.Status401Unauthorized));

    /// <summary>
    /// Returns the caller's subject if the caller has the role; 403 otherwise, even on a route without its policy.
    /// </summary>
    internal static string Require(HttpContext context, Role role) =>
        From(context.User) is { } caller && caller.Is(role)
            ? caller.Id
            : throw new BadHttpRequestException($"Not a {role}.", StatusCodes.Status403Forbidden);

    internal static Caller? From(ClaimsPrincipal user) =>
        user.Identity?.IsAuthenticated == true && user.FindFirst(SubjectClaim)?.Value is { } subject
            ? new Caller(subject, [.. Enum.GetValues<Role>().Where(role => user.HasClaim(RoleClaim, role.Name()))])
            : null;
}

/// <summary>The calling rider. Take it as a parameter: <c>Handle(Rider rider, …)</c>.</summary>
/// <param name="Id">The token's <c>sub</c>, 1 to 255 characters.</param>
public sealed record Rider(string Id)
{
    /// <summary>Binds the rider as a parameter of an endpoint; 403 when the caller is not a rider.</summary>
    public static ValueTask<Rider?> BindAsync(HttpContext context) =>
        new(new Rider(Caller.Require(context, Role.Rider)));
}

/// <summary>The calling driver. Take it as a parameter: <c>Handle(Driver driver, …)</c>.</summary>
/// <param name="Id">The token's <c>sub</c>, 1 to 255 characters.</param>
public sealed record Driver(string Id)
{
    /// <summary>Binds the driver as a parameter of an endpoint; 403 when the caller is not a driver.</summary>
    public static ValueTask<Driver?> BindAsync(HttpContext context) =>
        new(new Driver(Caller.Require(context, Role.Driver)));
}

/// <summary>The calling operator. Take it as a parameter: <c>Handle(Operator by, …)</c>.</summary>
/// <param name="Id">The token's <c>sub</c>, 1 to 255 characters.</param>
public sealed record Operator(string Id)
{
    /// <summary>Binds the operator as a parameter of an endpoint; 403 when the caller is not an operator.</summary>
    public static ValueTask<Operator?> BindAsync(HttpContext context) =>
        new(new Operator(Caller.Require(context, Role.Operator)));
}

internal static class RoleNames
{
    /// <summary>The role as tokens and policies name it.</summary>
    public static string Name(this Role role) => JsonNamingPolicy.CamelCase.ConvertName(role.ToString());
}
