using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Contracts;
using RideBooking.Platform.Persistence;

namespace RideBooking.Matching;

internal enum SearchStatus
{
    /// <summary>No driver has been offered the ride; the next one who becomes free may be.</summary>
    Searching,

    /// <summary>A driver is thinking it over.</summary>
    Offered,

    /// <summary>A driver took it.</summary>
    Assigned,

    /// <summary>The ride needs nobody any more, or never will.</summary>
    Ended,
}

/// <summary>
/// The search for one ride's driver. Its row is where everything about the ride is decided: every change of the
/// search or its offer takes the row first, by a conditional update that holds it until the commit. So a driver's yes and
/// the rider's cancellation come one after the other, and the second sees what the first did. The order of locks is always
/// search, offer, candidate.
/// </summary>
internal sealed class Search
{
    public required Guid RideId { get; init; }
    public required string RiderId { get; init; }
    public SearchStatus Status { get; set; }
    public double PickupLat { get; init; }
    public double PickupLng { get; init; }
    public string? PickupAddress { get; init; }
    public double DropoffLat { get; init; }
    public double DropoffLng { get; init; }
    public string? DropoffAddress { get; init; }
    public string VehicleClass { get; init; } = Contracts.VehicleClass.Standard;
    public decimal? FareAmount { get; init; }
    public string? FareCurrency { get; init; }

    /// <summary>Who asked first is served first.</summary>
    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>The open offer, or the one that was accepted.</summary>
    public Guid? OfferId { get; set; }

    /// <summary>How many offers were made.</summary>
    public int Attempts { get; set; }

    /// <summary>How often drivers were looked for without success; the timer of an earlier time is out of date.</summary>
    public int FailedPolls { get; set; }

    public Place Pickup => new(PickupLat, PickupLng, PickupAddress);

    public Place Dropoff => new(DropoffLat, DropoffLng, DropoffAddress);

    public Money? Fare => FareAmount is { } amount ? new Money(amount, FareCurrency!) : null;

    public static Search For(RideRequested request) =>
        new()
        {
            RideId = request.RideId,
            RiderId = request.RiderId,
            PickupLat = request.Pickup.Lat,
            PickupLng = request.Pickup.Lng,
            PickupAddress = request.Pickup.Address,
            DropoffLat = request.Dropoff.Lat,
            DropoffLng = request.Dropoff.Lng,
            DropoffAddress = request.Dropoff.Address,
            VehicleClass = request.VehicleClass,
            FareAmount = request.QuotedFare?.Amount,
            FareCurrency = request.QuotedFare?.Currency,
            RequestedAt = request.At,
        };

    /// <summary>The grave of a search whose end became known before its beginning: the request will find it and stay out.</summary>
    public static Search EndedBeforeItBegan(Guid rideId, string riderId, DateTimeOffset at) =>
        new()
        {
            RideId = rideId,
            RiderId = riderId,
            RequestedAt = at,
            Status = SearchStatus.Ended,
        };

    /// <summary>The driver who was asked, or had the ride, is out of it; the search goes on.</summary>
    public void Reopen()
    {
        Status = SearchStatus.Searching;
        OfferId = null;
    }

    /// <summary>The ride needs no driver any more.</summary>
    public void End()
    {
        Status = SearchStatus.Ended;
        OfferId = null;
    }

    internal sealed class Mapping : IEntityTypeConfiguration<Search>
    {
        public void Configure(EntityTypeBuilder<Search> builder)
        {
            builder.ToTable("searches");
            builder.HasKey(search => search.RideId);
            builder.Property(search => search.RideId).ValueGeneratedNever();
            builder.Property(search => search.RiderId).HasMaxLength(255);

            // A second guard: a change made without taking the row first fails instead of overwriting.
            builder.Property(search => search.Status).HasConversion<string>().HasMaxLength(16).IsConcurrencyToken();
            builder.Property(search => search.PickupAddress).HasMaxLength(500);
            builder.Property(search => search.DropoffAddress).HasMaxLength(500);
            builder.Property(search => search.VehicleClass).HasMaxLength(32);
            builder.Property(search => search.FareCurrency).HasMaxLength(3).IsFixedLength();

            // The few that wait for a driver, oldest first.
            builder.HasIndex(search => search.RequestedAt, "ix_searches_waiting").HasFilter("status = 'Searching'");
        }
    }
}

internal static class Searches
{
    /// <summary>Takes the search, whatever its state, and holds it until the transaction ends; null when there is none.</summary>
    public static Task<Search?> TakeSearch(this AppDbContext db, Guid rideId, CancellationToken cancellationToken) =>
        Take(db, db.Set<Search>().Where(search => search.RideId == rideId), rideId, cancellationToken);

    /// <summary>Takes the search if it is open and nobody is being asked; null when somebody else was faster.</summary>
    public static Task<Search?> TakeOpenSearch(
        this AppDbContext db,
        Guid rideId,
        CancellationToken cancellationToken
    ) =>
        Take(
            db,
            db.Set<Search>().Where(search => search.RideId == rideId && search.Status == SearchStatus.Searching),
            rideId,
            cancellationToken
        );

    /// <summary>Takes the search if this is the offer that its driver is thinking over.</summary>
    public static Task<Search?> TakeSearchOffering(
        this AppDbContext db,
        Guid rideId,
        Guid offerId,
        CancellationToken cancellationToken
    ) => Take(db, db.Offering(rideId, offerId), rideId, cancellationToken);

    /// <summary>Whether this is the offer that the search's driver is thinking over. Once it is not, it never is again.</summary>
    public static Task<bool> IsOffering(
        this AppDbContext db,
        Guid rideId,
        Guid offerId,
        CancellationToken cancellationToken
    ) => db.Offering(rideId, offerId).AnyAsync(cancellationToken);

    /// <summary>
    /// Takes the search and ends it in one, if this is the offer that its driver is thinking over and the ride has not ended.
    /// </summary>
    public static async Task<bool> Assign(this AppDbContext db, Offer offer, CancellationToken cancellationToken)
    {
        var ends = db.EndEvents(offer);
        return await db.Offering(offer.RideId, offer.OfferId)
                .Where(_ => !ends.Any())
                .ExecuteUpdateAsync(
                    row => row.SetProperty(search => search.Status, SearchStatus.Assigned),
                    cancellationToken
                ) == 1;
    }

    static IQueryable<Search> Offering(this AppDbContext db, Guid rideId, Guid offerId) =>
        db.Set<Search>()
            .Where(search =>
                search.RideId == rideId && search.Status == SearchStatus.Offered && search.OfferId == offerId
            );

    static async Task<Search?> Take(
        AppDbContext db,
        IQueryable<Search> which,
        Guid rideId,
        CancellationToken cancellationToken
    )
    {
        // Writing the row, even without a change, locks it on every database; the condition is checked again under the lock.
        var taken = await which.ExecuteUpdateAsync(
            row => row.SetProperty(search => search.Status, search => search.Status),
            cancellationToken
        );
        return taken == 1
            ? await db.Set<Search>().SingleAsync(search => search.RideId == rideId, cancellationToken)
            : null;
    }
}
