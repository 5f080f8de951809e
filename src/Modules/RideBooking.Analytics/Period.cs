using Microsoft.AspNetCore.Http.HttpResults;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Requests;

namespace RideBooking.Analytics;

/// <summary>A period, from an instant up to but not including another, in UTC.</summary>
internal sealed record Period(DateTimeOffset From, DateTimeOffset To)
{
    static readonly TimeSpan s_default = TimeSpan.FromDays(1);
    static readonly DateTimeOffset s_earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Reads the period of a request; by default the last 24 hours.</summary>
    /// <returns>The period, or the refusal.</returns>
    public static (Period? Period, ProblemHttpResult? Refused) Read(
        string? from,
        string? to,
        TimeSpan max,
        DateTimeOffset now
    )
    {
        if (Instant.Errors(areRequired: false, ("from", from), ("to", to)) is { Count: > 0 } errors)
            return (null, Problem.Validation(errors));
        var end = Instant.Read(to) ?? now;
        if (end < s_earliest)
            return (null, Problem.Validation("to", $"must not be before {Instant.Format(s_earliest)}"));
        var begin = Instant.Read(from) ?? end - s_default;
        if (begin >= end)
            return (null, Problem.Validation("from", "must be before to"));
        if (end - begin > max)
            return (null, Problem.Validation("from", $"must be at most {max.TotalDays} days before to"));
        return (new Period(begin.ToUniversalTime(), end.ToUniversalTime()), null);
    }
}
