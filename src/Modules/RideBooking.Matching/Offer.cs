using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.Platform.Persistence;

namespace RideBooking.Matching;

internal enum OfferStatus
{
    /// <summary>The driver is thinking it over.</summary>
    Open,

    /// <summary>The driver took the ride.</summary>
    Accepted,

    /// <summary>The driver said no.</summary>
    Declined,

    /// <summary>The driver did not answer in time.</summary>
    Expired,

    /// <summary>It was taken back before the driver answered; not the driver's doing, except for going off duty.</summary>
    Withdrawn,

    /// <summary>The driver took the ride and gave it back, or an operator did.</summary>
    Released,
}

/// <summary>
/// One ride offered to one driver. While it lives (open, or accepted and the ride not over) it occupies both: two unique
/// indexes keep any ride from having two living offers, and any driver from having two.
/// </summary>
internal sealed class Offer
{
    public required Guid OfferId { get; init; }
    public required Guid RideId { get; init; }
    public required string DriverId { get; init; }
    public OfferStatus Status { get; set; }

    /// <summary>The ride, while the offer lives; unique.</summary>
    public Guid? ActiveRideId { get; set; }

    /// <summary>The driver, while the offer lives; unique.</summary>
    public string? ActiveDriverId { get; set; }

    /// <summary>Which offer of the ride it is, from 1.</summary>
    public required int Attempt { get; init; }
    public required int PickupEtaSeconds { get; init; }
    public required DateTimeOffset OfferedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When the driver answered or the offer was closed otherwise.</summary>
    public DateTimeOffset? AnsweredAt { get; set; }

    /// <summary>Whether the driver accepted and the end of the ride has not been consumed.</summary>
    public bool IsDriversRide => Status == OfferStatus.Accepted && ActiveDriverId is not null;

    /// <summary>Ends the offer's hold on ride and driver.</summary>
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

            // Whom has this ride been offered to before?
            builder.HasIndex(offer => new { offer.RideId, offer.DriverId });
        }
    }
}

internal static class Offers
{
    /// <summary>The offers of a ride, but for those that were taken back before their drivers answered.</summary>
    public static IQueryable<Offer> OffersOf(this AppDbContext db, Guid rideId) =>
        db.Set<Offer>().Where(offer => offer.RideId == rideId && offer.Status != OfferStatus.Withdrawn);

    /// <summary>
    /// The offers of a ride whose drivers are not asked again: who declined or gave the ride back, and who let an offer run out
    /// after <paramref name="missedBefore"/>.
    /// </summary>
    public static IQueryable<Offer> OffersNotToRepeat(this AppDbContext db, Guid rideId, DateTimeOffset missedBefore) =>
        db.OffersOf(rideId).Where(offer => offer.Status != OfferStatus.Expired || offer.AnsweredAt > missedBefore);

    /// <summary>
    /// Whether the ride has ended, or the driver has lost it, by the event log, which says so from the commit on: Matching may
    /// not have consumed the event yet.
    /// </summary>
    public static Task<bool> HasRideEnded(this AppDbContext db, Offer offer, CancellationToken cancellationToken) =>
        db.EndEvents(offer).AnyAsync(cancellationToken);

    /// <summary>The committed events that end the ride, or take it from the driver of the offer.</summary>
    public static IQueryable<LoggedEvent> EndEvents(this AppDbContext db, Offer offer)
    {
        var (stream, offerId) = (offer.RideId.ToString(), offer.OfferId.ToString());
        var log = db.Set<LoggedEvent>().AsNoTracking();

        // Numbered events are found by their stream; the few that await their numbers have an index of their own.
        return log.Where(row => row.StreamId == stream && row.StreamVersion != null)
            .Concat(log.Where(row => row.Position == null && row.StreamId == stream))
            .Where(row =>
                row.EventType == nameof(RideCompleted)
                || row.EventType == nameof(RideCancelled)
                || row.EventType == nameof(NoDriverFound)
                || (row.EventType == nameof(DriverUnassigned) && row.Payload.Contains(offerId))
            );
    }
}
