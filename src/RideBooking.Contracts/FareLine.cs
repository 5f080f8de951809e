namespace RideBooking.Contracts;

/// <summary>One line of a fare. The lines of a fare sum to its total exactly.</summary>
/// <param name="Code">A stable code: <c>base</c>, <c>distance</c>, <c>time</c>, <c>surge</c>, <c>night</c>, <c>minimumFare</c>, <c>upfrontFare</c>, <c>bookingFee</c>, <c>waiting</c>, <c>tolls</c>, <c>tax</c>, <c>cancellationFee</c>.</param>
/// <param name="Description">The text the rider reads.</param>
/// <param name="Amount">The line's amount; may be negative (a discount).</param>
public sealed record FareLine(string Code, string Description, Money Amount)
{
    /// <summary>The code of tolls the driver paid. They are passed on to the driver in full, without commission.</summary>
    public const string TollsCode = "tolls";

    /// <summary>The code of the platform's fee for a ride. The driver has no share of it.</summary>
    public const string BookingFeeCode = "bookingFee";

    /// <summary>The code of tax. The driver has no share of it.</summary>
    public const string TaxCode = "tax";

    /// <summary>The code of the fee for a cancelled ride.</summary>
    public const string CancellationFeeCode = "cancellationFee";
}
