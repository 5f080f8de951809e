using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Contracts;
using RideBooking.Platform.Messaging;

namespace RideBooking.Billing;

/// <summary>The price of a ride, once it is final.</summary>
/// <remarks>
/// There is one invoice per ride, permanently, completed or cancelled, even if nothing is due: the unique ride id ensures that a
/// redelivered message, however late, changes nothing.
/// </remarks>
internal sealed class Invoice
{
    public const int MaxTariffVersionLength = 50;

    // Increase it when the same ride by the same tariff may cost another amount than before.
    const int CurrentRules = 1;

    public Guid Id { get; private init; }

    public Guid RideId { get; private init; }

    public string RiderId { get; private init; } = "";

    /// <summary>The number of the receipt.</summary>
    public string Number { get; private init; } = "";

    public string TariffVersion { get; private init; } = "";

    /// <summary>The code of the city whose tariff it is; null without a city.</summary>
    public string? City { get; private init; }

    /// <summary>The version of the calculation, apart from the tariff. Zero in older rows.</summary>
    public int Rules { get; private init; }

    public required Money Total { get; init; }

    /// <summary>Why nothing is due.</summary>
    public string? WaiverReason { get; private init; }

    public DateTimeOffset IssuedAt { get; private init; }

    public DateTimeOffset? PaidAt { get; private set; }

    /// <summary>When an operator wrote the amount off.</summary>
    public DateTimeOffset? WrittenOffAt { get; private set; }

    /// <summary>The refunds, in the order of their numbers. Null if there are none.</summary>
    public IReadOnlyList<InvoiceRefund>? Refunds { get; private set; }

    public int Version { get; private set; }

    /// <summary>The lines. Stored in one column: no query reads the lines of many invoices, and they never change.</summary>
    public IReadOnlyList<FareLine> Lines { get; private init; } = [];

    /// <summary>Whether the invoice is paid. An invoice with nothing due counts as paid.</summary>
    public bool IsPaid => PaidAt is not null || Total.Amount == 0;

    public static Invoice Issue(
        Guid rideId,
        string riderId,
        Tariff tariff,
        IReadOnlyList<FareLine> lines,
        string? waiverReason,
        DateTimeOffset at
    )
    {
        var id = Guid.CreateVersion7(at);
        return new Invoice
        {
            Id = id,
            RideId = rideId,
            RiderId = riderId,
            Number = ReceiptNumber.Of(id, at),
            TariffVersion = tariff.Version,
            City = tariff.City,
            Rules = CurrentRules,
            Total = Fare.Of(tariff.Currency, lines).Total,
            WaiverReason = waiverReason,
            IssuedAt = at,
            Lines = lines,
        };
    }

    /// <summary>
    /// Accepts a repeat of the same ride without a change. Fails on another end of it, or another price by the same tariff and the
    /// same rules.
    /// </summary>
    public void EnsureUnchanged(string tariffVersion, Money total, bool cancelled)
    {
        var isOfCancellation = WaiverReason is not null || Lines.Any(line => line.Code == FareLine.CancellationFeeCode);
        var isComparable = tariffVersion == TariffVersion && Rules == CurrentRules;
        if (cancelled != isOfCancellation || (isComparable && total != Total))
            throw new UnacceptableMessageException(
                $"Ride {RideId} was billed {Total} as {(isOfCancellation ? "cancelled" : "completed")}; this message says otherwise."
            );
    }

    public void WriteOff(DateTimeOffset at)
    {
        WrittenOffAt = at;
        Version++;
    }

    /// <summary>Adds a refund. A repeat of the same one changes nothing.</summary>
    public void Refund(InvoiceRefund refund)
    {
        if (Refunds?.Any(known => known.Number == refund.Number) == true)
            return;
        Refunds = [.. (Refunds ?? []).Append(refund).OrderBy(each => each.Number)];
        Version++;
    }

    public void Pay(DateTimeOffset at)
    {
        PaidAt = at;
        Version++;
    }

    internal sealed class Mapping : IEntityTypeConfiguration<Invoice>
    {
        public void Configure(EntityTypeBuilder<Invoice> builder)
        {
            builder.ToTable("invoices");
            builder.Property(invoice => invoice.Id).ValueGeneratedNever();
            builder.Property(invoice => invoice.RiderId).HasMaxLength(255);
            builder.Property(invoice => invoice.Number).HasMaxLength(32);
            builder.Property(invoice => invoice.TariffVersion).HasMaxLength(MaxTariffVersionLength);
            builder.Property(invoice => invoice.City).HasMaxLength(Billing.City.MaxCodeLength);
            builder.Property(invoice => invoice.WaiverReason).HasMaxLength(50);
            builder.Property(invoice => invoice.Version).IsConcurrencyToken();
            builder.Ignore(invoice => invoice.IsPaid);
            builder
                .Property(invoice => invoice.Lines)
                .HasConversion(
                    lines => JsonSerializer.Serialize(lines, JsonSerializerOptions.Web),
                    json =>
                        JsonSerializer.Deserialize<FareLine[]>(json, JsonSerializerOptions.Web)
                        ?? Array.Empty<FareLine>(),
                    new ValueComparer<IReadOnlyList<FareLine>>(
                        (one, other) => one!.SequenceEqual(other!),
                        lines => lines.Count,
                        lines => lines
                    )
                );
            builder
                .Property(invoice => invoice.Refunds)
                .HasConversion(
                    refunds => JsonSerializer.Serialize(refunds, JsonSerializerOptions.Web),
                    json => JsonSerializer.Deserialize<InvoiceRefund[]>(json, JsonSerializerOptions.Web)!,
                    // The list is replaced, never modified.
                    new ValueComparer<IReadOnlyList<InvoiceRefund>?>(
                        (one, other) => ReferenceEquals(one, other),
                        refunds => refunds == null ? 0 : refunds.Count,
                        refunds => refunds
                    )
                );
            builder.HasIndex(invoice => invoice.RideId).IsUnique();
            builder.HasIndex(invoice => invoice.Number).IsUnique();
        }
    }
}
