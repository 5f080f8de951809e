namespace RideBooking.Console.Api;

/// <summary>The API refused a request, or did not answer it.</summary>
/// <param name="status">The response's status; 0 if there was no response.</param>
/// <param name="code">The problem's stable code.</param>
/// <param name="detail">The problem's explanation, for people.</param>
internal sealed class ApiProblem(int status, string code, string detail) : Exception(detail)
{
    public int Status => status;

    public string Code => code;

    /// <summary>With <c>position_beyond_end</c>: the last position of the event log.</summary>
    public long? LastPosition { get; init; }
}
