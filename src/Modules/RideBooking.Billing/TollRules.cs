using RideBooking.Contracts;
using RideBooking.Contracts.Seams;

namespace RideBooking.Billing;

/// <summary>Decides which tolls a ride can have: those that its fare can contain without loss.</summary>
internal sealed class TollRules(TariffBook tariffs) : ITollRules
{
    public string? Refusal(Money tolls, DateTimeOffset startedAt) => Refusal(tolls, tariffs.At(startedAt));

    public static string? Refusal(Money tolls, Tariff tariff) =>
        tolls.Currency != tariff.Currency ? $"must be in {tariff.Currency}, the currency of the fare"
        : tolls.Amount < 0 || tolls.Amount > tariff.MaxTolls
            ? $"must be from {Money.Zero(tariff.Currency)} to {new Money(tariff.MaxTolls, tariff.Currency)}"
        : !tolls.IsInMinorUnits() ? $"must have at most {MinorUnits.DecimalsOf(tolls.Currency)} decimals"
        : null;
}
