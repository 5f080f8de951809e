using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using RideBooking.Platform.Messaging;

namespace RideBooking.Platform.Http.Problems;

/// <summary>
/// Makes the error answers of the API: RFC 9457 problem details, each with a stable <c>code</c> that clients may branch on.
/// </summary>
/// <remarks>The title and type follow from the code. The detail is for people and may change.</remarks>
public static class Problem
{
    /// <summary>The member, and header, with the number of seconds after which a retry may succeed.</summary>
    internal const string RetryAfter = "retryAfter";

    /// <summary>Makes a problem of any status.</summary>
    /// <param name="status">The HTTP status, 400 to 599.</param>
    /// <param name="code">Stable, snake_case, documented.</param>
    /// <param name="detail">What happened, for a person.</param>
    /// <param name="extensions">Further members of the answer, for programs, by camelCase name.</param>
    public static ProblemHttpResult Of(
        int status,
        string code,
        string detail,
        params (string Name, object? Value)[] extensions
    ) => TypedResults.Problem(Details(status, code, detail, extensions));

    /// <summary>400: fields of the request have values that are not valid.</summary>
    /// <param name="errors">The errors, by camelCase path of the field, such as <c>pickup.lat</c>.</param>
    public static ProblemHttpResult Validation(IReadOnlyDictionary<string, string[]> errors) =>
        TypedResults.Problem(ValidationDetails(errors));

    /// <summary>400: one field of the request has a value that is not valid.</summary>
    public static ProblemHttpResult Validation(string field, string message) =>
        Validation(new Dictionary<string, string[]> { [field] = [message] });

    /// <summary>404: the resource does not exist, or this caller may not see it.</summary>
    public static ProblemHttpResult NotFound(
        string detail = "This does not exist, or you may not see it.",
        string code = ProblemCode.NotFound
    ) => Of(StatusCodes.Status404NotFound, code, detail);

    /// <summary>403: the caller is known but may not do this.</summary>
    public static ProblemHttpResult Forbidden(string detail, string code = ProblemCode.Forbidden) =>
        Of(StatusCodes.Status403Forbidden, code, detail);

    /// <summary>409: the request is valid, but the current state does not allow it.</summary>
    public static ProblemHttpResult Conflict(
        string code,
        string detail,
        params (string Name, object? Value)[] extensions
    ) => Of(StatusCodes.Status409Conflict, code, detail, extensions);

    /// <summary>409: a state machine refused the command.</summary>
    public static ProblemHttpResult Conflict(Refusal refusal) =>
        Conflict(refusal.Code, refusal.Detail, refusal.Extensions);

    /// <summary>422: the request is understood but can never be carried out.</summary>
    public static ProblemHttpResult Unprocessable(
        string code,
        string detail,
        params (string Name, object? Value)[] extensions
    ) => Of(StatusCodes.Status422UnprocessableEntity, code, detail, extensions);

    /// <summary>503 with <c>Retry-After</c>: a dependency is temporarily unavailable.</summary>
    public static ProblemHttpResult Unavailable(string detail, TimeSpan retryAfter) =>
        TypedResults.Problem(UnavailableDetails(detail, retryAfter));

    internal static ProblemDetails Details(
        int status,
        string code,
        string detail,
        params (string Name, object? Value)[] extensions
    )
    {
        var problem = new ProblemDetails { Status = status, Detail = detail };
        foreach (var (name, value) in extensions)
            problem.Extensions[name] = value;
        return problem.WithCode(code);
    }

    internal static ProblemDetails ValidationDetails(IReadOnlyDictionary<string, string[]> errors) =>
        Details(
            StatusCodes.Status400BadRequest,
            ProblemCode.ValidationFailed,
            errors.Count == 1
                ? $"{errors.Keys.First()}: {errors.Values.First()[0]}"
                : $"{errors.Count} fields are not valid: {string.Join(", ", errors.Keys)}.",
            ("errors", errors)
        );

    internal static ProblemDetails UnavailableDetails(string detail, TimeSpan retryAfter) =>
        Details(
            StatusCodes.Status503ServiceUnavailable,
            ProblemCode.Unavailable,
            detail,
            (RetryAfter, (int)Math.Ceiling(retryAfter.TotalSeconds))
        );

    /// <summary>Makes the problem for a bare status code, as the framework leaves it.</summary>
    internal static ProblemDetails ForStatus(int status)
    {
        var (code, detail) = ProblemCode.ForStatus(status);
        return Details(status, code, detail);
    }

    internal static ProblemDetails WithCode(this ProblemDetails problem, string code)
    {
        problem.Type = $"urn:ridebooking:problem:{code}";
        problem.Title = char.ToUpperInvariant(code[0]) + code[1..].Replace('_', ' ');
        problem.Extensions["code"] = code;
        return problem;
    }
}
