using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Contracts;
using RideBooking.Platform.Persistence;

namespace RideBooking.Matching;

/// <summary>A driver as Matching knows them: whether they are on duty, and for which ride they are reserved.</summary>
/// <remarks>
/// A reservation lasts from the offer to the end of the ride. Both parts change independently: the shift by the driver's going
/// online and offline, the reservation by single conditional updates.
/// </remarks>
internal sealed class Candidate
{
    public required string DriverId { get; init; }

    /// <summary>The newest known shift. Shift ids are UUIDv7: an event whose id is not greater is out of date.</summary>
    public required Guid ShiftId { get; set; }
    public required bool Online { get; set; }
    public string Name { get; set; } = "";
    public Vehicle Vehicle { get; set; } = new(VehicleClass.Standard, "", "");

    /// <summary>The ride the driver is reserved for. Unique, so that no ride can reserve two drivers.</summary>
    public Guid? ReservedRideId { get; set; }

    /// <summary>The offer with which the reservation began.</summary>
    public Guid? ReservedOfferId { get; set; }

    /// <summary>How many offers in a row the driver left unanswered in this shift.</summary>
    public int MissedOffers { get; set; }

    /// <summary>Until when the driver, who left an offer unanswered, is offered nothing.</summary>
    public DateTimeOffset? CoolsDownUntil { get; set; }

    /// <summary>Since when the driver has been without a ride: the start of the shift or the end of the last ride.</summary>
    public DateTimeOffset? IdleSince { get; set; }

    /// <summary>The number of offers declined since <see cref="DeclinesSince"/>.</summary>
    public int Declines { get; set; }

    /// <summary>The first decline that is counted.</summary>
    public DateTimeOffset? DeclinesSince { get; set; }

    /// <summary>
    /// On duty, without a ride or an offer, and in a vehicle of the class: any vehicle will do for <c>standard</c>.
    /// </summary>
    public static Expression<Func<Candidate, bool>> FreeFor(string vehicleClass) =>
        vehicleClass == VehicleClass.Standard
            ? candidate => candidate.Online && candidate.ReservedRideId == null
            : candidate =>
                candidate.Online && candidate.ReservedRideId == null && candidate.Vehicle.Class == vehicleClass;

    internal sealed class Mapping : IEntityTypeConfiguration<Candidate>
    {
        public void Configure(EntityTypeBuilder<Candidate> builder)
        {
            builder.ToTable("candidates");
            builder.HasKey(candidate => candidate.DriverId);
            builder.Property(candidate => candidate.DriverId).HasMaxLength(255);
            builder.Property(candidate => candidate.Name).HasMaxLength(100);

            // Two events about one driver at once: the second is retried and reads the driver again.
            builder.Property(candidate => candidate.ShiftId).IsConcurrencyToken();
            builder.Property(candidate => candidate.Online).IsConcurrencyToken();
            builder.HasIndex(candidate => candidate.ReservedRideId).IsUnique();
        }
    }
}

internal static class Candidates
{
    /// <summary>
    /// Reserves the driver for the offer if they are available and not cooling down, are not the rider and have not declined
    /// this ride.
    /// </summary>
    /// <remarks>
    /// This one statement guarantees that no driver has two rides: of any number of searches for the same driver, the database
    /// lets one find them unreserved. The caller holds the search's row lock, so the drivers' answers to it cannot change.
    /// </remarks>
    public static async Task<bool> Reserve(
        this AppDbContext db,
        string driverId,
        Search search,
        Guid offerId,
        DateTimeOffset now,
        DateTimeOffset missedBefore,
        CancellationToken cancellationToken
    )
    {
        var refused = db.OffersNotToRepeat(search.RideId, missedBefore);
        return await db.Set<Candidate>()
                .Where(candidate => candidate.DriverId == driverId && candidate.DriverId != search.RiderId)
                .Where(Candidate.FreeFor(search.VehicleClass))
                .Where(candidate => candidate.CoolsDownUntil == null || candidate.CoolsDownUntil <= now)
                .Where(candidate => !refused.Any(offer => offer.DriverId == candidate.DriverId))
                .ExecuteUpdateAsync(
                    row =>
                        row.SetProperty(candidate => candidate.ReservedRideId, search.RideId)
                            .SetProperty(candidate => candidate.ReservedOfferId, offerId),
                    cancellationToken
                ) == 1;
    }

    /// <summary>
    /// Releases the driver if this offer, which ended without their doing, reserves them. Returns false if another offer does,
    /// or none. So do the other methods that release a driver.
    /// </summary>
    public static async Task<bool> Free(
        this AppDbContext db,
        string driverId,
        Guid offerId,
        CancellationToken cancellationToken
    ) =>
        await db.ReservedFor(driverId, offerId)
            .ExecuteUpdateAsync(
                row =>
                    row.SetProperty(candidate => candidate.ReservedRideId, (Guid?)null)
                        .SetProperty(candidate => candidate.ReservedOfferId, (Guid?)null),
                cancellationToken
            ) == 1;

    /// <summary>Releases the driver whose ride has ended, or who has lost it: they are idle from now on.</summary>
    public static async Task<bool> FreeAfterRide(
        this AppDbContext db,
        string driverId,
        Guid offerId,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        await db.ReservedFor(driverId, offerId)
            .ExecuteUpdateAsync(
                row =>
                    row.SetProperty(candidate => candidate.ReservedRideId, (Guid?)null)
                        .SetProperty(candidate => candidate.ReservedOfferId, (Guid?)null)
                        .SetProperty(candidate => candidate.MissedOffers, 0)
                        .SetProperty(candidate => candidate.IdleSince, now),
                cancellationToken
            ) == 1;

    /// <summary>Releases the driver who declined this offer, and counts the decline.</summary>
    /// <param name="db">The database.</param>
    /// <param name="driverId">The driver.</param>
    /// <param name="offerId">The offer.</param>
    /// <param name="now">When they declined.</param>
    /// <param name="window">How long declines are counted from the first of them.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public static async Task<bool> FreeAfterDecline(
        this AppDbContext db,
        string driverId,
        Guid offerId,
        DateTimeOffset now,
        TimeSpan window,
        CancellationToken cancellationToken
    )
    {
        var countedFrom = now - window;
        return await db.ReservedFor(driverId, offerId)
                .ExecuteUpdateAsync(
                    row =>
                        row.SetProperty(candidate => candidate.ReservedRideId, (Guid?)null)
                            .SetProperty(candidate => candidate.ReservedOfferId, (Guid?)null)
                            .SetProperty(candidate => candidate.MissedOffers, 0)
                            .SetProperty(
                                candidate => candidate.Declines,
                                candidate => candidate.DeclinesSince > countedFrom ? candidate.Declines + 1 : 1
                            )
                            .SetProperty(
                                candidate => candidate.DeclinesSince,
                                candidate => candidate.DeclinesSince > countedFrom ? candidate.DeclinesSince : now
                            ),
                    cancellationToken
                ) == 1;
    }

    /// <summary>Releases the driver who let this offer expire, counts it as unanswered, and lets them cool down.</summary>
    public static async Task<bool> FreeAfterMissedOffer(
        this AppDbContext db,
        string driverId,
        Guid offerId,
        DateTimeOffset coolsDownUntil,
        CancellationToken cancellationToken
    ) =>
        await db.ReservedFor(driverId, offerId)
            .ExecuteUpdateAsync(
                row =>
                    row.SetProperty(candidate => candidate.ReservedRideId, (Guid?)null)
                        .SetProperty(candidate => candidate.ReservedOfferId, (Guid?)null)
                        .SetProperty(candidate => candidate.MissedOffers, candidate => candidate.MissedOffers + 1)
                        .SetProperty(candidate => candidate.CoolsDownUntil, coolsDownUntil),
                cancellationToken
            ) == 1;

    /// <summary>Stops sending offers to an available driver who has left too many unanswered.</summary>
    /// <returns>The shift to end. Null if the driver has answered or is already off duty.</returns>
    public static async Task<Guid?> StopOfferingAfter(
        this AppDbContext db,
        int missedOffers,
        string driverId,
        CancellationToken cancellationToken
    )
    {
        var stopped = await db.Set<Candidate>()
            .Where(candidate => candidate.DriverId == driverId && candidate.Online)
            .Where(candidate => candidate.ReservedRideId == null && candidate.MissedOffers >= missedOffers)
            .ExecuteUpdateAsync(row => row.SetProperty(candidate => candidate.Online, false), cancellationToken);
        return stopped == 1
            ? await db.Set<Candidate>()
                .Where(candidate => candidate.DriverId == driverId)
                .Select(candidate => candidate.ShiftId)
                .SingleAsync(cancellationToken)
            : null;
    }

    static IQueryable<Candidate> ReservedFor(this AppDbContext db, string driverId, Guid offerId) =>
        db.Set<Candidate>().Where(candidate => candidate.DriverId == driverId && candidate.ReservedOfferId == offerId);
}
