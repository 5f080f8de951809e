using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Contracts;

namespace RideBooking.Payments;

/// <summary>
/// The payment of one ride. Its key is the ride's id, so there is one per ride, permanently; the row stays when it is captured and
/// makes every message that comes again change nothing.
/// </summary>
internal sealed class Payment : SagaStateMachineInstance
{
    /// <summary>The ride.</summary>
    public Guid CorrelationId { get; set; }

    /// <summary>The machine's state, by name.</summary>
    public string Status { get; set; } = "";

    public int Version { get; set; }

    public Guid PaymentId { get; set; }

    public string RiderId { get; set; } = "";

    /// <summary>What to pay with; the rider's default if null.</summary>
    public Guid? PaymentMethodId { get; set; }

    public decimal Amount { get; set; }

    public string Currency { get; set; } = "";

    /// <summary>The attempt that is being made or was made last, from 1.</summary>
    public int Attempt { get; set; }

    /// <summary>
    /// The number in the idempotency key. Moves on only when the gateway can take nothing under it any more: after a definite decline,
    /// or when it was closed because the rider pays with another card.
    /// </summary>
    public int KeyNumber { get; set; }

    /// <summary>Whether the last answer under the present key was no answer.</summary>
    public bool Unresolved { get; set; }

    /// <summary>Why the last attempt failed.</summary>
    public string? FailureCode { get; set; }

    public DateTimeOffset? RetryAt { get; set; }

    public Guid? RetryTokenId { get; set; }

    public DateTimeOffset OpenedAt { get; set; }

    /// <summary>When the present attempt was begun, or the last one ended.</summary>
    public DateTimeOffset ChangedAt { get; set; }

    public DateTimeOffset? CapturedAt { get; set; }

    public Money Due => new(Amount, Currency);

    public string IdempotencyKey => GatewayCharge.KeyOf(CorrelationId, KeyNumber);

    internal sealed class Map : IEntityTypeConfiguration<Payment>
    {
        public void Configure(EntityTypeBuilder<Payment> builder)
        {
            builder.ToTable("payments");
            builder.HasKey(payment => payment.CorrelationId);
            builder.Property(payment => payment.CorrelationId).HasColumnName("ride_id").ValueGeneratedNever();
            builder.Property(payment => payment.Status).HasMaxLength(32);
            builder.Property(payment => payment.Version).IsConcurrencyToken();
            builder.Property(payment => payment.RiderId).HasMaxLength(255);
            // Empty until the ride has a fare, which a text of fixed length would fill with blanks.
            builder.Property(payment => payment.Currency).HasMaxLength(3);
            builder.Property(payment => payment.FailureCode).HasMaxLength(64);
            builder.Ignore(payment => payment.Due);
            builder.Ignore(payment => payment.IdempotencyKey);
            builder.HasIndex(payment => payment.PaymentId).IsUnique();
            builder.HasIndex(payment => new { payment.RiderId, payment.Status });
            builder.HasIndex(payment => new { payment.Status, payment.ChangedAt });
        }
    }
}
