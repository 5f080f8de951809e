using RideBooking.Contracts;

namespace RideBooking.Drivers;

/// <summary>Corrects a driver's earning when the rider gets money back or does not have to pay.</summary>
/// <remarks>
/// The driver's part is reduced in proportion: of a refund of 30 % of the fare without tolls, the driver bears 30 % of their
/// share of it. Refunded tolls are taken back in full, because the driver got them in full. A refund that is not of certain
/// lines is of tolls and fare in proportion. Each correction is computed on what is left after the earlier ones, so that a fare
/// that is refunded in parts leaves nothing of the earning, to the cent.
/// </remarks>
internal static class EarningCorrections
{
    /// <summary>Returns the correction for a refund. Null if nothing is left to correct.</summary>
    /// <param name="rows">The earning and its corrections so far.</param>
    /// <param name="refund">The refund.</param>
    public static Earning? Of(IReadOnlyCollection<Earning> rows, PaymentRefunded refund)
    {
        var tolls = refund.Lines.Where(line => line.Code == FareLine.TollsCode).Sum(line => line.Amount.Amount);
        return Reduce(rows, refund.Number, refund.Amount.Amount, refund.Lines.Count > 0 ? tolls : null, refund.At);
    }

    /// <summary>Returns the correction for a write-off that the driver bears: nothing of the earning is left.</summary>
    public static Earning? Of(IReadOnlyCollection<Earning> rows, BalanceWrittenOffV2 writtenOff) =>
        Reduce(rows, Earning.WriteOff, rows.Sum(row => row.Fare.Amount), tolls: null, writtenOff.At);

    /// <summary>Returns the reversal of such a correction, after the payment succeeded after all. Null if there is none.</summary>
    public static Earning? Of(IReadOnlyCollection<Earning> rows, PaymentCaptured captured) =>
        rows.FirstOrDefault(row => row.Correction == Earning.WriteOff) is { } writeOff
            ? Row(
                writeOff,
                Earning.WriteOffReversed,
                writeOff.Fare.Amount,
                writeOff.Tolls.Amount,
                writeOff.Earned.Amount,
                captured.At
            )
            : null;

    static Earning? Reduce(
        IReadOnlyCollection<Earning> rows,
        int correction,
        decimal amount,
        decimal? tolls,
        DateTimeOffset at
    )
    {
        if (rows.FirstOrDefault(row => row.Correction == Earning.None) is not { } earning)
            return null;
        var currency = earning.Fare.Currency;
        var (fare, tollsLeft, earned) = (
            rows.Sum(row => row.Fare.Amount),
            rows.Sum(row => row.Tolls.Amount),
            rows.Sum(row => row.Earned.Amount)
        );
        var refunded = Math.Min(amount, fare);
        if (refunded <= 0)
            return null;
        var ofTolls = Math.Min(tolls ?? Rounded(tollsLeft * refunded / fare), Math.Min(tollsLeft, refunded));
        var (fareLeft, ofFare) = (fare - tollsLeft, refunded - ofTolls);
        // A refund of lines may exceed what is left without tolls, if an earlier one was of tolls and fare in proportion.
        if (ofFare > fareLeft)
            (ofFare, ofTolls) = (fareLeft, refunded - fareLeft);
        var ofEarned = ofTolls + (fareLeft == 0 ? 0 : Rounded((earned - tollsLeft) * ofFare / fareLeft));
        return Row(earning, correction, refunded, ofTolls, ofEarned, at);

        decimal Rounded(decimal value) => Money.Rounded(value, currency).Amount;
    }

    // The amounts are those that are taken back.
    static Earning Row(
        Earning earning,
        int correction,
        decimal fare,
        decimal tolls,
        decimal earned,
        DateTimeOffset at
    ) =>
        new()
        {
            RideId = earning.RideId,
            Correction = correction,
            DriverId = earning.DriverId,
            Cancelled = earning.Cancelled,
            City = earning.City,
            Fare = new Money(-fare, earning.Fare.Currency),
            Tolls = new Money(-tolls, earning.Fare.Currency),
            Earned = new Money(-earned, earning.Fare.Currency),
            At = at,
        };
}
