using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Contracts;

namespace RideBooking.Billing;

/// <summary>
/// What a ride costs the rider, once it is settled what that is. One per ride for ever, completed or cancelled, also where
/// nothing is due: the unique ride id makes a message that arrives again, however late, change nothing.
/// </summary>
internal sealed class Invoice
{
    public const int MaxTariffVersionLength = 50;

    public Guid Id { get; private init; }

    public Guid RideId { get; private init; }

    public string RiderId { get; private init; } = "";

    /// <summary>What the receipt will be called.</summary>
    public string Number { get; private init; } = "";

    public string TariffVersion { get; private init; } = "";

    public decimal Amount { get; private init; }

    public string Currency { get; private init; } = "";

    /// <summary>Why nothing is due.</summary>
    public string? WaivedReason { get; private init; }

    public DateTimeOffset IssuedAt { get; private init; }

    public DateTimeOffset? PaidAt { get; private set; }

    public int Version { get; private set; }

    public List<InvoiceLine> Lines { get; private init; } = [];

    public Money Total => new(Amount, Currency);

    /// <summary>Nothing due is paid too.</summary>
    public bool IsPaid => PaidAt is not null || Amount == 0;

    public static Invoice Issue(
        Guid rideId,
        string riderId,
        Tariff tariff,
        IReadOnlyList<FareLine> lines,
        string? waivedReason,
        DateTimeOffset at
    )
    {
        var id = Guid.CreateVersion7(at);
        var total = Fare.Of(tariff.Currency, lines).Total;
        return new Invoice
        {
            Id = id,
            RideId = rideId,
            RiderId = riderId,
            Number = ReceiptNumber.Of(id, at),
            TariffVersion = tariff.Version,
            Amount = total.Amount,
            Currency = total.Currency,
            WaivedReason = waivedReason,
            IssuedAt = at,
            Lines = [.. lines.Select((line, index) => InvoiceLine.Of(id, index + 1, line))],
        };
    }

    public void Pay(DateTimeOffset at)
    {
        PaidAt = at;
        Version++;
    }

    internal sealed class Map : IEntityTypeConfiguration<Invoice>
    {
        public void Configure(EntityTypeBuilder<Invoice> builder)
        {
            builder.ToTable("invoices");
            builder.Property(invoice => invoice.Id).ValueGeneratedNever();
            builder.Property(invoice => invoice.RiderId).HasMaxLength(255);
            builder.Property(invoice => invoice.Number).HasMaxLength(32);
            builder.Property(invoice => invoice.TariffVersion).HasMaxLength(MaxTariffVersionLength);
            builder.Property(invoice => invoice.Currency).HasMaxLength(3).IsFixedLength();
            builder.Property(invoice => invoice.WaivedReason).HasMaxLength(50);
            builder.Property(invoice => invoice.Version).IsConcurrencyToken();
            builder.Ignore(invoice => invoice.Total);
            builder.Ignore(invoice => invoice.IsPaid);
            builder.HasMany(invoice => invoice.Lines).WithOne().HasForeignKey(line => line.InvoiceId);
            builder.HasIndex(invoice => invoice.RideId).IsUnique();
            builder.HasIndex(invoice => invoice.Number).IsUnique();
        }
    }
}

/// <summary>One line of an invoice, in the invoice's currency.</summary>
internal sealed class InvoiceLine
{
    public Guid InvoiceId { get; private init; }

    /// <summary>From 1.</summary>
    public int Position { get; private init; }

    public string Code { get; private init; } = "";

    public string Description { get; private init; } = "";

    public decimal Amount { get; private init; }

    public static InvoiceLine Of(Guid invoiceId, int position, FareLine line) =>
        new()
        {
            InvoiceId = invoiceId,
            Position = position,
            Code = line.Code,
            Description = line.Description,
            Amount = line.Amount.Amount,
        };

    internal sealed class Map : IEntityTypeConfiguration<InvoiceLine>
    {
        public void Configure(EntityTypeBuilder<InvoiceLine> builder)
        {
            builder.ToTable("invoice_lines");
            builder.HasKey(line => new { line.InvoiceId, line.Position });
            builder.Property(line => line.Position).ValueGeneratedNever();
            builder.Property(line => line.Code).HasMaxLength(32);
            builder.Property(line => line.Description).HasMaxLength(200);
        }
    }
}
