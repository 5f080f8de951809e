using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace RideBooking.Platform.Http.Problems;

/// <summary>Explains a request that could not be bound to its endpoint's parameters.</summary>
/// <remarks>
/// The framework gives the reason only in the text of its exceptions, which names our types. This class extracts what the
/// client may know, and passes nothing else on.
/// </remarks>
internal static partial class BindingProblem
{
    public static ProblemDetails Explain(BadHttpRequestException exception, Endpoint? endpoint)
    {
        if (exception.StatusCode != StatusCodes.Status400BadRequest)
            return Problem.ForStatus(exception.StatusCode);
        if (exception.InnerException is JsonException json)
            return Explain(json);
        if (UnboundParameter().Match(exception.Message) is not { Success: true } unbound)
            return Problem.ForStatus(StatusCodes.Status400BadRequest);

        var name = unbound.Groups["name"].Value;
        // A malformed id identifies nothing: the answer is the same as for an unknown id.
        if ((endpoint as RouteEndpoint)?.RoutePattern.GetParameter(name) is not null)
            return Problem.ForStatus(StatusCodes.Status404NotFound);
        if (exception.Message.EndsWith("from body.", StringComparison.Ordinal) || unbound.Groups["body"].Success)
            return Malformed("A JSON body is required.");
        return Invalid(
            ParameterNames.InRequest(name, endpoint),
            exception.Message.StartsWith("Required", StringComparison.Ordinal) ? Missing : "is not valid"
        );
    }

    const string Missing = "is required";

    static ProblemDetails Explain(JsonException json)
    {
        var path = json.Path ?? "$";
        if (json is UnknownValueException unknown)
            return Invalid(Field(path), unknown.Message);
        if (MissingProperties().Match(json.Message) is { Success: true } missing)
            return Problem.ValidationDetails(
                Quoted()
                    .Matches(missing.Groups["names"].Value)
                    .Select(name => Field($"{path}.{name.Groups[1].Value}"))
                    .ToDictionary(field => field, _ => new[] { Missing })
            );
        if (UnknownProperty().Match(json.Message) is { Success: true } property)
            return Invalid(Field(Member(path, property.Groups["name"].Value)), "is not known");
        if (json.Message.Contains("doesn't allow", StringComparison.Ordinal) && path != "$")
            return Invalid(Field(path), Missing);
        var where = json.LineNumber is { } line ? $", line {line + 1}, byte {json.BytePositionInLine + 1}" : "";
        return Malformed($"The body is not JSON or has a value of the wrong type, at {path}{where}.");
    }

    static ProblemDetails Malformed(string detail) =>
        Problem.Details(StatusCodes.Status400BadRequest, ProblemCode.MalformedRequest, detail);

    static ProblemDetails Invalid(string field, string message) =>
        Problem.ValidationDetails(new Dictionary<string, string[]> { [field] = [message] });

    // The path may end with the member or with the object that has it.
    static string Member(string path, string name) =>
        path.EndsWith($".{name}", StringComparison.Ordinal) ? path : $"{path}.{name}";

    static string Field(string path) => path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : path;

    [GeneratedRegex(
        "^(Failed to bind parameter|Required parameter|(?<body>Implicit body inferred for parameter)) \"([^\"]* )?(?<name>[^\" ]+)\""
    )]
    private static partial Regex UnboundParameter();

    [GeneratedRegex("missing required properties including: (?<names>.+)$", RegexOptions.Singleline)]
    private static partial Regex MissingProperties();

    [GeneratedRegex("^The JSON property '(?<name>.+)' could not be mapped", RegexOptions.Singleline)]
    private static partial Regex UnknownProperty();

    [GeneratedRegex("'([^']+)'")]
    private static partial Regex Quoted();
}
