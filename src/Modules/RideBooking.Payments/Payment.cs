using System.Text.Json;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Contracts;
using RideBooking.Payments.Authorizations;
using RideBooking.Payments.Refunds;

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

    /// <summary>
    /// The fare that the ride is expected to cost, which is authorized when a driver is assigned. Null if it is not known, or
    /// if the ride does not take place.
    /// </summary>
    public Money? ExpectedFare { get; set; }

    /// <summary>The number of the current or last authorization; 0 if there was none.</summary>
    public int AuthorizationNumber { get; set; }

    /// <summary>The state of that authorization, one of <see cref="AuthorizationStates"/>.</summary>
    public string? AuthorizationState { get; set; }

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

    /// <summary>The kind of the last failure, see <see cref="PaymentFailureKind"/>.</summary>
    public string? FailureKind { get; set; }

    /// <summary>How many attempts the gateway did not answer. They do not count as declines.</summary>
    public int Outages { get; set; }

    /// <summary>The first of the attempts in a row that the gateway did not answer; null after an answer.</summary>
    public int? OutageSince { get; set; }

    public DateTimeOffset? RetryAt { get; set; }

    public Guid? RetryTokenId { get; set; }

    /// <summary>The refunds, in the order of their numbers. Null if there are none.</summary>
    public IReadOnlyList<Refund>? Refunds { get; set; }

    public Guid? RefundRetryTokenId { get; set; }

    public DateTimeOffset OpenedAt { get; set; }

    /// <summary>When the current attempt began, or the last one ended.</summary>
    public DateTimeOffset ChangedAt { get; set; }

    public DateTimeOffset? CapturedAt { get; set; }

    /// <summary>How many attempts before the current one were declined.</summary>
    public int DeclinesBefore => Attempt - 1 - Outages;

    /// <summary>How many attempts in a row before the current one the gateway did not answer.</summary>
    public int OutagesBefore => OutageSince is { } first ? Attempt - first : 0;

    public string IdempotencyKey => GatewayCharge.KeyOf(CorrelationId, KeyNumber);

    /// <summary>Whether the amount was captured. It may have been refunded since.</summary>
    public bool IsCaptured() =>
        Status
            is nameof(PaymentStateMachine.Captured)
                or nameof(PaymentStateMachine.Refunding)
                or nameof(PaymentStateMachine.Refunded);

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
            builder.Property(payment => payment.AuthorizationState).HasMaxLength(16);
            builder.Property(payment => payment.FailureCode).HasMaxLength(64);
            builder.Property(payment => payment.FailureKind).HasMaxLength(16);
            builder
                .Property(payment => payment.Refunds)
                .HasConversion(
                    refunds => JsonSerializer.Serialize(refunds, JsonSerializerOptions.Web),
                    json => JsonSerializer.Deserialize<Refund[]>(json, JsonSerializerOptions.Web)!,
                    // The list is replaced, never modified.
                    new ValueComparer<IReadOnlyList<Refund>?>(
                        (one, other) => ReferenceEquals(one, other),
                        refunds => refunds == null ? 0 : refunds.Count,
                        refunds => refunds
                    )
                );
            builder.Ignore(payment => payment.DeclinesBefore);
            builder.Ignore(payment => payment.OutagesBefore);
            builder.Ignore(payment => payment.IdempotencyKey);
            builder.HasIndex(payment => payment.PaymentId).IsUnique();
            builder.HasIndex(payment => new { payment.RiderId, payment.Status });
            builder.HasIndex(payment => new { payment.Status, payment.ChangedAt });
            builder
                .HasIndex(payment => new { payment.AuthorizationState, payment.ChangedAt })
                .HasFilter("authorization_state = 'voiding'");
        }
    }
}
