using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Contracts;

namespace RideBooking.Payments;

/// <summary>The payment of one ride.</summary>
/// <remarks>
/// Its key is the ride's id, so there is one per ride, permanently. The row remains after the capture, so that every redelivered
/// message changes nothing.
/// </remarks>
internal sealed class Payment : SagaStateMachineInstance
{
    /// <summary>The ride.</summary>
    public Guid CorrelationId { get; set; }

    /// <summary>The machine's state, by name.</summary>
    public string Status { get; set; } = "";

    public int Version { get; set; }

    public Guid PaymentId { get; set; }

    public string RiderId { get; set; } = "";

    /// <summary>The payment method. If null, the rider's default.</summary>
    public Guid? PaymentMethodId { get; set; }

    /// <summary>The amount due. Without a currency until the ride has a fare.</summary>
    public Money Due { get; set; } = new(0, "");

    /// <summary>The number of the current or last attempt, from 1.</summary>
    public int Attempt { get; set; }

    /// <summary>The number in the idempotency key.</summary>
    /// <remarks>
    /// It increases only when the gateway can capture nothing under the key any more: after a definite decline, or when the key
    /// was closed because the rider pays with another card.
    /// </remarks>
    public int KeyNumber { get; set; }

    /// <summary>Whether the outcome of the last charge under the current key is unknown.</summary>
    public bool Unresolved { get; set; }

    /// <summary>Why the last attempt failed.</summary>
    public string? FailureCode { get; set; }

    public DateTimeOffset? RetryAt { get; set; }

    public Guid? RetryTokenId { get; set; }

    public DateTimeOffset OpenedAt { get; set; }

    /// <summary>When the current attempt began, or the last one ended.</summary>
    public DateTimeOffset ChangedAt { get; set; }

    public DateTimeOffset? CapturedAt { get; set; }

    public string IdempotencyKey => GatewayCharge.KeyOf(CorrelationId, KeyNumber);

    internal sealed class Mapping : IEntityTypeConfiguration<Payment>
    {
        public void Configure(EntityTypeBuilder<Payment> builder)
        {
            builder.ToTable("payments");
            builder.HasKey(payment => payment.CorrelationId);
            builder.Property(payment => payment.CorrelationId).HasColumnName("ride_id").ValueGeneratedNever();
            builder.Property(payment => payment.Status).HasMaxLength(32);
            builder.Property(payment => payment.Version).IsConcurrencyToken();
            builder.Property(payment => payment.RiderId).HasMaxLength(255);
            builder.Property(payment => payment.FailureCode).HasMaxLength(64);
            builder.Ignore(payment => payment.IdempotencyKey);
            builder.HasIndex(payment => payment.PaymentId).IsUnique();
            builder.HasIndex(payment => new { payment.RiderId, payment.Status });
            builder.HasIndex(payment => new { payment.Status, payment.ChangedAt });
        }
    }
}
