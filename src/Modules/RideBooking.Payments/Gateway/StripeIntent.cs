using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Contracts;

namespace RideBooking.Payments.Gateway;

/// <summary>What one of our keys stands for at Stripe: a payment intent, or nothing, permanently.</summary>
/// <remarks>
/// Stripe forgets idempotency keys after a day; retries, balances and write-offs take longer. So money is not guarded by
/// Stripe's keys but by the intent: it is created without being confirmed, recorded here under the unique key, and only then
/// confirmed. An intent is captured at most once, and one that is canceled never is, both permanently.
/// </remarks>
internal sealed class StripeIntent
{
    /// <summary>The kind of a key under which an amount is charged.</summary>
    public const string ChargeKind = "charge";

    /// <summary>The kind of a key under which an amount is captured from an authorization's intent.</summary>
    public const string CaptureKind = "capture";

    /// <summary>The kind of a key under which an amount is reserved.</summary>
    public const string AuthorizationKind = "authorization";

    /// <summary>The key of the charge or of the authorization.</summary>
    public string Key { get; init; } = "";

    /// <summary>One of the kinds above.</summary>
    public string Kind { get; init; } = ChargeKind;

    /// <summary>The payment intent. If null, nothing is ever taken under the key.</summary>
    public string? PaymentIntentId { get; init; }

    /// <summary>The token of the card.</summary>
    public string Token { get; init; } = "";

    public required Money Amount { get; init; }

    /// <summary>Why the intent is to be canceled, or was; recorded before Stripe is called for it.</summary>
    public string? DeclineCode { get; set; }

    public DateTimeOffset At { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<StripeIntent>
    {
        public void Configure(EntityTypeBuilder<StripeIntent> builder)
        {
            builder.ToTable("stripe_intents");
            builder.HasKey(intent => intent.Key);
            builder.Property(intent => intent.Key).HasMaxLength(200);
            builder.Property(intent => intent.Kind).HasMaxLength(16);
            builder.Property(intent => intent.PaymentIntentId).HasMaxLength(100);
            builder.Property(intent => intent.Token).HasMaxLength(100);
            builder.Property(intent => intent.DeclineCode).HasMaxLength(64);
        }
    }
}
