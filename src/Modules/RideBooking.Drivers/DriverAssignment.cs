using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Contracts;
using RideBooking.Platform.Persistence;

namespace RideBooking.Drivers;

/// <summary>The progress of an offer. It only moves down this list, so that events may arrive in any order.</summary>
internal enum AssignmentStage
{
    Offered = 1,
    Assigned = 2,
    Ended = 3,
}

/// <summary>An offer made to a driver and the ride that may have resulted from it, as this module knows them.</summary>
internal sealed class DriverAssignment
{
    public required Guid OfferId { get; init; }
    public required Guid RideId { get; init; }
    public required string DriverId { get; init; }
    public required AssignmentStage Stage { get; set; }

    /// <summary>When the offer expires. Unknown while only later events have arrived.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }
    public Place? Pickup { get; set; }
    public Place? Dropoff { get; set; }

    /// <summary>When the offer was accepted.</summary>
    public DateTimeOffset? AssignedAt { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<DriverAssignment>
    {
        public void Configure(EntityTypeBuilder<DriverAssignment> builder)
        {
            builder.ToTable("assignments");
            builder.HasKey(work => work.OfferId);
            builder.Property(work => work.OfferId).ValueGeneratedNever();
            builder.Property(work => work.DriverId).HasMaxLength(255);

            // Stored as a number because it is a rank. On a conflict the second event reads it again.
            builder.Property(work => work.Stage).IsConcurrencyToken();
            builder.HasIndex(work => new { work.DriverId, work.Stage });
            builder.HasIndex(work => work.RideId);
        }
    }
}

/// <summary>An assignment, where its ride goes if the rider has changed that, and whether the ride has started.</summary>
internal sealed record RedirectedAssignment(DriverAssignment Assignment, RideDestination? Changed, bool IsStarted)
{
    public Place? Dropoff => Changed?.Dropoff ?? Assignment.Dropoff;
}

internal static class DriverAssignments
{
    /// <summary>Joins the changed destinations of the assignments' rides.</summary>
    public static IQueryable<RedirectedAssignment> WithDestination(
        this IQueryable<DriverAssignment> assignments,
        AppDbContext db
    ) =>
        from assignment in assignments
        join changed in db.Set<RideDestination>().AsNoTracking() on assignment.RideId equals changed.RideId into changes
        from changed in changes.DefaultIfEmpty()
        select new RedirectedAssignment(
            assignment,
            changed,
            db.Set<StartedRide>().Any(started => started.RideId == assignment.RideId)
        );

    /// <summary>
    /// Queries the driver's current ride: at most one, except briefly while the end of the previous ride is in flight.
    /// </summary>
    public static IQueryable<DriverAssignment> RidesOf(this AppDbContext db, string driverId) =>
        db.Set<DriverAssignment>()
            .AsNoTracking()
            .Where(work => work.DriverId == driverId && work.Stage == AssignmentStage.Assigned)
            .Where(work => !db.Set<EndedRide>().Any(ended => ended.RideId == work.RideId));

    /// <summary>Queries the offer that the driver can answer now.</summary>
    public static IQueryable<DriverAssignment> OffersTo(this AppDbContext db, string driverId, DateTimeOffset now) =>
        db.Set<DriverAssignment>()
            .AsNoTracking()
            .Where(work => work.DriverId == driverId && work.Stage == AssignmentStage.Offered && work.ExpiresAt > now)
            .Where(work => !db.Set<EndedRide>().Any(ended => ended.RideId == work.RideId));
}
