using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Contracts;
using RideBooking.EventLog.Subscriptions;

namespace RideBooking.Analytics;

/// <summary>The facts of one shift of a driver, folded from its events in whatever order and however often they arrive.</summary>
internal sealed class ShiftFacts : IProjectedRow
{
    public static string Projection => "shift-facts";

    public int Generation { get; set; }

    public required Guid ShiftId { get; init; }

    public required string DriverId { get; init; }

    public DateTimeOffset? OnlineAt { get; private set; }

    public DateTimeOffset? OfflineAt { get; private set; }

    public string? VehicleClass { get; private set; }

    /// <summary>Where it began. The city is looked up when it is asked for, because cities are settings and may change.</summary>
    public double? Lat { get; private set; }

    public double? Lng { get; private set; }

    public int Version { get; private set; }

    public void Apply(DriverWentOnline e)
    {
        (OnlineAt, VehicleClass, Lat, Lng) = (e.At, e.Vehicle.Class, e.Location.Lat, e.Location.Lng);
        Version++;
    }

    public void Apply(DriverWentOffline e)
    {
        OfflineAt = e.At;
        Version++;
    }

    internal sealed class Mapping : IEntityTypeConfiguration<ShiftFacts>
    {
        public void Configure(EntityTypeBuilder<ShiftFacts> builder)
        {
            builder.ToTable("shift_facts");
            builder.HasKey(shift => new { shift.Generation, shift.ShiftId });
            builder.Property(shift => shift.ShiftId).ValueGeneratedNever();
            builder.Property(shift => shift.DriverId).HasMaxLength(255);
            builder.Property(shift => shift.VehicleClass).HasMaxLength(64);
            builder.Property(shift => shift.Version).IsConcurrencyToken();
            builder.HasIndex(shift => new { shift.Generation, shift.OfflineAt });
        }
    }
}
