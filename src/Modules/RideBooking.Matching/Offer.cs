using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.Platform.Persistence;

namespace RideBooking.Matching;

internal enum OfferStatus
{
    /// <summary>The driver has not answered yet.</summary>
    Open,

    /// <summary>The driver accepted the ride.</summary>
    Accepted,

    /// <summary>The driver declined the ride.</summary>
    Declined,

    /// <summary>The driver did not answer in time.</summary>
    Expired,

    /// <summary>
    /// The offer was withdrawn before the driver answered. Only the driver's going off duty is their own doing.
    /// </summary>
    Withdrawn,

    /// <summary>The driver accepted the ride and released it, or an operator took it from them.</summary>
    Released,
}

/// <summary>One ride offered to one driver.</summary>
/// <remarks>
/// While the offer is active (open, or accepted and the ride not ended) it reserves both: two unique indexes allow at most one
/// active offer per ride and per driver.
/// </remarks>
internal sealed class Offer
{
    public required Guid OfferId { get; init; }
    public required Guid RideId { get; init; }
    public required string DriverId { get; init; }
    public OfferStatus Status { get; set; }

    /// <summary>The ride while the offer is active, else null. Unique.</summary>
    public Guid? ActiveRideId { get; set; }

    /// <summary>The driver while the offer is active, else null. Unique.</summary>
    public string? ActiveDriverId { get; set; }

    /// <summary>The number of this offer among the ride's offers, from 1.</summary>
    public required int Attempt { get; init; }
    public required int PickupEtaSeconds { get; init; }
    public required DateTimeOffset OfferedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When the driver answered or the offer ended otherwise.</summary>
    public DateTimeOffset? AnsweredAt { get; set; }

    /// <summary>Whether the driver accepted and Matching has not consumed the end of the ride.</summary>
    public bool IsDriversRide => Status == OfferStatus.Accepted && ActiveDriverId is not null;

    /// <summary>Ends the offer's reservation of the ride and the driver.</summary>
    public void Close(OfferStatus status, DateTimeOffset at)
    {
        if (Status == OfferStatus.Open)
            AnsweredAt = at;
        Status = status;
        ActiveRideId = null;
        ActiveDriverId = null;
    }

    internal sealed class Mapping : IEntityTypeConfiguration<Offer>
    {
        public void Configure(EntityTypeBuilder<Offer> builder)
        {
            builder.ToTable("offers");
            builder.HasKey(offer => offer.OfferId);
            builder.Property(offer => offer.OfferId).ValueGeneratedNever();
            builder.Property(offer => offer.DriverId).HasMaxLength(255);
            builder.Property(offer => offer.ActiveDriverId).HasMaxLength(255);
            builder.Property(offer => offer.Status).HasConversion<string>().HasMaxLength(16).IsConcurrencyToken();
            builder.HasIndex(offer => offer.ActiveRideId).IsUnique().HasFilter("active_ride_id IS NOT NULL");
            builder.HasIndex(offer => offer.ActiveDriverId).IsUnique().HasFilter("active_driver_id IS NOT NULL");

            // Finds the drivers this ride has been offered to.
            builder.HasIndex(offer => new { offer.RideId, offer.DriverId });

            // Finds the rides that a driver's live stream is about.
            builder.HasIndex(offer => new { offer.DriverId, offer.OfferedAt });
        }
    }
}

internal static class Offers
{
    /// <summary>The events that end the ride or take it from its driver, and with it the offer.</summary>
    /// <remarks>The offer ends a little later, when Matching has consumed the event in any process.</remarks>
    public static readonly string[] Ends =
    [
        nameof(RideCompleted),
        nameof(RideCancelled),
        nameof(NoDriverFound),
        nameof(DriverUnassigned),
    ];

    /// <summary>Queries the offers of a ride, except those withdrawn before their drivers answered.</summary>
    public static IQueryable<Offer> OffersOf(this AppDbContext db, Guid rideId) =>
        db.Set<Offer>().Where(offer => offer.RideId == rideId && offer.Status != OfferStatus.Withdrawn);

    /// <summary>
    /// Queries the offers of a ride whose drivers are not asked again: they declined, released the ride, or let an offer expire
    /// after <paramref name="missedBefore"/>.
    /// </summary>
    public static IQueryable<Offer> OffersNotToRepeat(this AppDbContext db, Guid rideId, DateTimeOffset missedBefore) =>
        db.OffersOf(rideId).Where(offer => offer.Status != OfferStatus.Expired || offer.AnsweredAt > missedBefore);

    /// <summary>Whether the ride has ended or the driver has lost it, according to the event log.</summary>
    /// <remarks>The event log is current as of the commit; Matching may not have consumed the event yet.</remarks>
    public static Task<bool> HasRideEnded(this AppDbContext db, Offer offer, CancellationToken cancellationToken) =>
        db.EndEvents(offer).AnyAsync(cancellationToken);

    /// <summary>Queries the committed events that end the ride or take it from the offer's driver.</summary>
    public static IQueryable<LoggedEvent> EndEvents(this AppDbContext db, Offer offer)
    {
        var (stream, offerId) = (offer.RideId.ToString(), offer.OfferId.ToString());
        var log = db.Set<LoggedEvent>().AsNoTracking();

        // Numbered events are found by their stream. The few that await their numbers have an index of their own.
        return log.Where(row => row.StreamId == stream && row.StreamVersion != null)
            .Concat(log.Where(row => row.Position == null && row.StreamId == stream))
            .Where(row =>
                Ends.Contains(row.EventType)
                // Another offer of the ride may have ended earlier.
                && (row.EventType != nameof(DriverUnassigned) || row.StoredPayload.Contains(offerId))
            );
    }
}
