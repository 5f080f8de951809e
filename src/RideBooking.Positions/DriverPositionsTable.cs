using Microsoft.EntityFrameworkCore;

namespace RideBooking.Positions;

/// <summary>Maps the table of positions for every module that uses it.</summary>
public static class DriverPositionsTable
{
    const string Owner = "drivers";

    /// <summary>Maps the table; more than one module may call this for one model.</summary>
    public static void MapDriverPositions(this ModelBuilder model)
    {
        ArgumentNullException.ThrowIfNull(model);
        model.Entity<DriverPosition>(position =>
        {
            position.ToTable("driver_positions", Owner);
            position.HasKey(it => it.DriverId);
            position.Property(it => it.DriverId).HasMaxLength(255);

            // A search reads the few ranges of cells that cover its circle. A car stays in a cell for several reports, which
            // then change no index.
            position.HasIndex(it => it.Cell);
        });
    }
}
