using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Contracts;

namespace RideBooking.Payments.Authorizations;

/// <summary>The authorization requested from the gateway under one idempotency key: the card and the amount.</summary>
/// <remarks>Recorded before the gateway is called and never changed, like a <see cref="GatewayCharge"/>.</remarks>
internal sealed class GatewayAuthorization
{
    /// <summary>The ride.</summary>
    public Guid RideId { get; init; }

    /// <summary>The number in the idempotency key, from 1.</summary>
    public int Number { get; init; }

    /// <summary>The gateway's token for the card.</summary>
    public string Token { get; init; } = "";

    public required Money Amount { get; init; }

    public DateTimeOffset At { get; init; }

    public string Key => KeyOf(RideId, Number);

    /// <summary>Returns the idempotency key. Permanent, like that of a charge.</summary>
    public static string KeyOf(Guid rideId, int number) => $"ride/{rideId}/authorize/{number}";

    internal sealed class Mapping : IEntityTypeConfiguration<GatewayAuthorization>
    {
        public void Configure(EntityTypeBuilder<GatewayAuthorization> builder)
        {
            builder.ToTable("authorizations");
            builder.HasKey(authorization => new { authorization.RideId, authorization.Number });
            builder.Property(authorization => authorization.RideId).ValueGeneratedNever();
            builder.Property(authorization => authorization.Number).ValueGeneratedNever();
            builder.Property(authorization => authorization.Token).HasMaxLength(100);
            builder.Ignore(authorization => authorization.Key);
        }
    }
}
