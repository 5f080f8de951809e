using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RideBooking.Drivers;

/// <summary>The drivers' shares from an instant on.</summary>
/// <remarks>Stored permanently, so that earnings that are computed again are the same.</remarks>
internal sealed class Commission
{
    public required DateTimeOffset ValidFrom { get; init; }

    /// <inheritdoc cref="DriversOptions.Share"/>
    public required decimal Share { get; init; }

    /// <inheritdoc cref="DriversOptions.CancellationShare"/>
    public required decimal CancellationShare { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<Commission>
    {
        public void Configure(EntityTypeBuilder<Commission> builder)
        {
            builder.ToTable("commissions");
            builder.HasKey(commission => commission.ValidFrom);
            builder.Property(commission => commission.ValidFrom).ValueGeneratedNever();
            // As exact as the settings: a rounded share would compute other amounts.
            builder.Property(commission => commission.Share).HasPrecision(29, 28);
            builder.Property(commission => commission.CancellationShare).HasPrecision(29, 28);
        }
    }
}

internal static class CommissionHistory
{
    /// <summary>Returns all commissions, the oldest first.</summary>
    public static Task<List<Commission>> Commissions(this DbContext db, CancellationToken cancellationToken) =>
        db.Set<Commission>().AsNoTracking().OrderBy(commission => commission.ValidFrom).ToListAsync(cancellationToken);

    /// <summary>Returns the commission that is valid at an instant: the oldest for what is older than it.</summary>
    public static Commission At(this IEnumerable<Commission> commissions, DateTimeOffset at) =>
        commissions.LastOrDefault(commission => commission.ValidFrom <= at)
        ?? commissions.FirstOrDefault()
        ?? throw new InvalidOperationException("No commission has been recorded yet.");
}
