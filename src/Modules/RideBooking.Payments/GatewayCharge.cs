using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Contracts;

namespace RideBooking.Payments;

/// <summary>The charge sent to the gateway under one idempotency key: the card and the amount.</summary>
/// <remarks>
/// Recorded before the gateway is called and never changed, so that a key never stands for two charges, even if the process
/// crashes or the rider changes their cards.
/// </remarks>
internal sealed class GatewayCharge
{
    /// <summary>The ride.</summary>
    public Guid RideId { get; init; }

    /// <summary>The number in the idempotency key, from 1.</summary>
    public int KeyNumber { get; init; }

    /// <summary>The gateway's token for the card.</summary>
    public string Token { get; init; } = "";

    public required Money Amount { get; init; }

    public DateTimeOffset At { get; init; }

    /// <summary>The number of the authorization that the amount is captured from; null for a charge without one.</summary>
    public int? AuthorizationNumber { get; init; }

    public string Key => KeyOf(RideId, KeyNumber);

    /// <summary>Returns the idempotency key. Permanent: the same ride and number give the same key in a year.</summary>
    public static string KeyOf(Guid rideId, int number) => $"ride/{rideId}/charge/{number}";

    public bool IsFor(string? token, Money amount) => Token == token && Amount == amount;

    internal sealed class Mapping : IEntityTypeConfiguration<GatewayCharge>
    {
        public void Configure(EntityTypeBuilder<GatewayCharge> builder)
        {
            builder.ToTable("charges");
            builder.HasKey(charge => new { charge.RideId, charge.KeyNumber });
            builder.Property(charge => charge.RideId).ValueGeneratedNever();
            builder.Property(charge => charge.KeyNumber).ValueGeneratedNever();
            builder.Property(charge => charge.Token).HasMaxLength(100);
            builder.Ignore(charge => charge.Key);
        }
    }
}
