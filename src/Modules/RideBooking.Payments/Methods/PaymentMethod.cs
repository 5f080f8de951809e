using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Platform.Persistence;

namespace RideBooking.Payments.Methods;

/// <summary>A rider's card, as the gateway's token for it. The service never receives card numbers.</summary>
internal sealed class PaymentMethod
{
    public Guid Id { get; init; }

    public string RiderId { get; init; } = "";

    public string Token { get; init; } = "";

    public string Brand { get; init; } = "";

    public string Last4 { get; init; } = "";

    public string? Label { get; init; }

    /// <summary>When the method was last made the default. The latest one is the default.</summary>
    /// <remarks>
    /// A flag would have to be moved from one row to another, and two concurrent requests could leave two flags or none.
    /// </remarks>
    public DateTimeOffset? DefaultSince { get; set; }

    public DateTimeOffset AddedAt { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<PaymentMethod>
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

/// <summary>Looks up a rider's payment methods.</summary>
internal static class RiderMethods
{
    /// <summary>Returns the rider's methods, the default first, then the newest first.</summary>
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

    /// <summary>
    /// Returns the token of the requested method, or of the default if none, or one that is not the rider's, is requested. Null
    /// if the rider has no method.
    /// </summary>
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
