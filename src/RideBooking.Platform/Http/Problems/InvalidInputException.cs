namespace RideBooking.Platform.Http.Problems;

/// <summary>A value of the request is not valid; answered as 400 <c>validation_failed</c>.</summary>
/// <remarks>
/// For code that binds parameters and cannot return a result. An endpoint returns <see cref="Problem.Validation(string,
/// string)"/> instead.
/// </remarks>
/// <param name="field">The camelCase path of the field, query parameter or header.</param>
/// <param name="message">The error, such as "must be in the future".</param>
public sealed class InvalidInputException(string field, string message) : Exception($"{field}: {message}")
{
    /// <summary>The errors, by field.</summary>
    public IReadOnlyDictionary<string, string[]> Errors { get; } =
        new Dictionary<string, string[]> { [field] = [message] };
}
