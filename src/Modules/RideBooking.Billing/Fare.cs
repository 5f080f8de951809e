using RideBooking.Contracts;

namespace RideBooking.Billing;

/// <summary>The lines of a fare and their sum.</summary>
/// <remarks>
/// Each line is rounded to the minor unit of the currency, so the sum needs no rounding and cannot differ from the lines.
/// </remarks>
internal sealed record Fare(IReadOnlyList<FareLine> Lines, Money Total)
{
    public static Fare Of(string currency, IEnumerable<FareLine> lines)
    {
        FareLine[] all = [.. lines];
        return new Fare(all, all.Aggregate(Money.Zero(currency), (sum, line) => sum + line.Amount));
    }
}
