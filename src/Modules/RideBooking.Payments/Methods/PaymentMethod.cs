using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Platform.Persistence;

namespace RideBooking.Payments.Methods;

/// <summary>A card of a rider, as the gateway's token for it. Card numbers never come here.</summary>
internal sealed class PaymentMethod
{
    public Guid Id { get; init; }

    public string RiderId { get; init; } = "";

    public string Token { get; init; } = "";

    public string Brand { get; init; } = "";

    public string Last4 { get; init; } = "";

    public string? Label { get; init; }

    /// <summary>
    /// The default is the one that was made it last: a flag would have to be taken from one row and given to another, and two
    /// requests at once could leave two flags or none.
    /// </summary>
    public DateTimeOffset? DefaultSince { get; set; }

    public DateTimeOffset AddedAt { get; init; }

    internal sealed class Map : IEntityTypeConfiguration<PaymentMethod>
    {
        public void Configure(EntityTypeBuilder<PaymentMethod> builder)
        {
            builder.ToTable("payment_methods");
            builder.Property(method => method.Id).ValueGeneratedNever();
            builder.Property(method => method.RiderId).HasMaxLength(255);
            builder.Property(method => method.Token).HasMaxLength(100);
            builder.Property(method => method.Brand).HasMaxLength(32);
            builder.Property(method => method.Last4).HasMaxLength(4);
            builder.Property(method => method.Label).HasMaxLength(64);
            builder.HasIndex(method => method.RiderId);
        }
    }
}

/// <summary>Looks up what a rider pays with.</summary>
internal static class RiderMethods
{
    /// <summary>The rider's methods, the default first, then the newest first.</summary>
    public static async Task<List<PaymentMethod>> MethodsOf(
        this AppDbContext db,
        string riderId,
        CancellationToken cancellationToken
    ) =>
        [
            .. (
                await db.Set<PaymentMethod>()
                    .AsNoTracking()
                    .Where(method => method.RiderId == riderId)
                    .ToListAsync(cancellationToken)
            )
                .OrderByDescending(method => method.DefaultSince ?? DateTimeOffset.MinValue)
                .ThenByDescending(method => method.AddedAt)
                .ThenBy(method => method.Id),
        ];

    /// <summary>The token of the method asked for; of the default when none, or one that is not the rider's, is asked for; null without any.</summary>
    public static async Task<string?> TokenFor(
        this AppDbContext db,
        string riderId,
        Guid? methodId,
        CancellationToken cancellationToken
    )
    {
        var methods = await db.MethodsOf(riderId, cancellationToken);
        return (methods.Find(method => method.Id == methodId) ?? methods.FirstOrDefault())?.Token;
    }
}
