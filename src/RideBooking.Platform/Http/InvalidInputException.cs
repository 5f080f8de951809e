namespace RideBooking.Platform.Http;

/// <summary>
/// A value of the request cannot be; answered as 400 <c>validation_failed</c>. For code that binds parameters and so has no
/// result to return: an endpoint returns <see cref="Problem.Validation(string, string)"/> instead.
/// </summary>
/// <param name="field">The camelCase path of the field, query parameter or header.</param>
/// <param name="message">What is wrong with it.</param>
public sealed class InvalidInputException(string field, string message) : Exception($"{field}: {message}")
{
    /// <summary>What is wrong, by field.</summary>
    public IReadOnlyDictionary<string, string[]> Errors { get; } =
        new Dictionary<string, string[]> { [field] = [message] };
}
