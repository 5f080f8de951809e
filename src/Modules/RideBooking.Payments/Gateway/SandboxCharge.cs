using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Contracts;

namespace RideBooking.Payments.Gateway;

/// <summary>An entry in the sandbox gateway's books: the permanent outcome of one idempotency key.</summary>
internal sealed class SandboxCharge
{
    /// <summary>The kind of an entry that takes money, directly or from an authorization.</summary>
    public const string ChargeKind = "charge";

    /// <summary>The kind of an entry that reserves an amount on a card.</summary>
    public const string AuthorizationKind = "authorization";

    /// <summary>The kind of an entry that returns money.</summary>
    public const string RefundKind = "refund";

    public const string Captured = "captured";
    public const string Declined = "declined";

    /// <summary>The request was lost: nothing was captured, and nothing decided.</summary>
    public const string Lost = "lost";

    /// <summary>Nothing was captured, and nothing ever will be under this key. For an authorization: it was voided.</summary>
    public const string Closed = "closed";

    /// <summary>The amount is reserved on the card.</summary>
    public const string Authorized = "authorized";

    /// <summary>The authorization was captured; the charge has an entry of its own.</summary>
    public const string Used = "used";

    /// <summary>The amount was returned: the entry is a refund.</summary>
    public const string Refunded = "refunded";

    public Guid Id { get; init; }

    public string Key { get; init; } = "";

    /// <summary>One of the kinds above. Entries of earlier versions are all charges.</summary>
    public string Kind { get; init; } = ChargeKind;

    public string Reference { get; init; } = "";

    public string Token { get; init; } = "";

    public required Money Amount { get; init; }

    public string Outcome { get; set; } = "";

    public string? DeclineCode { get; init; }

    public DateTimeOffset At { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<SandboxCharge>
    {
        public void Configure(EntityTypeBuilder<SandboxCharge> builder)
        {
            builder.ToTable("sandbox_ledger");
            builder.Property(charge => charge.Id).ValueGeneratedNever();
            builder.Property(charge => charge.Key).HasMaxLength(200);
            builder.Property(charge => charge.Kind).HasMaxLength(16).HasDefaultValue(ChargeKind);
            builder.Property(charge => charge.Reference).HasMaxLength(100);
            builder.Property(charge => charge.Token).HasMaxLength(100);
            builder.Property(charge => charge.Outcome).HasMaxLength(16).IsConcurrencyToken();
            builder.Property(charge => charge.DeclineCode).HasMaxLength(64);
            builder.HasIndex(charge => charge.Key).IsUnique();
            builder.HasIndex(charge => charge.Reference);
        }
    }
}
