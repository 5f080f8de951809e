using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Contracts;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Drivers;

/// <summary>What a driver earned with one ride. Its key is the ride: whatever is delivered again, nobody earns twice.</summary>
internal sealed class Earning
{
    public required Guid RideId { get; init; }
    public required string DriverId { get; init; }

    /// <summary>What the rider pays.</summary>
    public required decimal Fare { get; init; }

    /// <summary>The driver's part, at the share that was in force when the fare became final, to the cent.</summary>
    public required decimal Amount { get; init; }
    public required string Currency { get; init; }

    /// <summary>When the fare became final.</summary>
    public required DateTimeOffset At { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<Earning>
    {
        public void Configure(EntityTypeBuilder<Earning> builder)
        {
            builder.ToTable("earnings");
            builder.HasKey(earning => earning.RideId);
            builder.Property(earning => earning.RideId).ValueGeneratedNever();
            builder.Property(earning => earning.DriverId).HasMaxLength(255);
            builder.Property(earning => earning.Currency).HasMaxLength(3).IsFixedLength();
            builder.HasIndex(earning => new { earning.DriverId, earning.At });
        }
    }
}

/// <summary>
/// Credits the driver with his share of a fare that became final. The fare counts, not the payment: a rider who does not
/// pay owes the company, not the driver.
/// </summary>
internal sealed class CreditDriver(AppDbContext db, DriversOptions options) : IConsumer<FareFinalized>
{
    public async Task Consume(ConsumeContext<FareFinalized> context)
    {
        var fare = context.Message;
        if (
            context.WasTriedBefore()
            && await db.Set<Earning>().AnyAsync(known => known.RideId == fare.RideId, context.CancellationToken)
        )
            return;
        db.Add(
            new Earning
            {
                RideId = fare.RideId,
                DriverId = fare.DriverId,
                Fare = fare.Total.Amount,
                Amount = decimal.Round(fare.Total.Amount * options.Share, 2, MidpointRounding.AwayFromZero),
                Currency = fare.Total.Currency,
                At = fare.At,
            }
        );
    }
}
