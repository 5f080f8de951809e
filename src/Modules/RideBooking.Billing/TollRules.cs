using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Persistence;

namespace RideBooking.Billing;

/// <summary>Decides which tolls a ride can have: those that its fare can contain without loss.</summary>
internal sealed class TollRules(AppDbContext db, TariffBook tariffs) : ITollRules
{
    public async Task<string?> Refusal(
        Guid rideId,
        Money tolls,
        DateTimeOffset startedAt,
        CancellationToken cancellationToken
    ) => Refusal(tolls, tariffs.At(startedAt, await db.CityOf(rideId, tariffs.Cities, cancellationToken)));

    public static string? Refusal(Money tolls, Tariff tariff) =>
        tolls.Currency != tariff.Currency ? $"must be in {tariff.Currency}, the currency of the fare"
        : tolls.Amount < 0 || tolls.Amount > tariff.MaxTolls
            ? $"must be from {Money.Zero(tariff.Currency)} to {new Money(tariff.MaxTolls, tariff.Currency)}"
        : !tolls.IsInMinorUnits() ? $"must have at most {MinorUnits.DecimalsOf(tolls.Currency)} decimals"
        : null;
}
