using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Contracts;
using RideBooking.Platform.Persistence;

namespace RideBooking.Matching;

internal enum SearchStatus
{
    /// <summary>The ride is not offered to a driver. It may be offered to the next available one.</summary>
    Searching,

    /// <summary>The ride is offered to a driver, who has not answered yet.</summary>
    Offered,

    /// <summary>A driver accepted the ride.</summary>
    Assigned,

    /// <summary>The ride needs no driver, now or later.</summary>
    Ended,

    /// <summary>The ride is booked ahead, and its search has not started.</summary>
    Booked,
}

/// <summary>The search for one ride's driver.</summary>
/// <remarks>
/// All decisions about the ride are made on its row: every change of the search or its offer first locks the row, by a
/// conditional update that holds the lock until the commit. So a driver's acceptance and the rider's cancellation are
/// serialized, and the second sees the result of the first. The order of locks is always search, offer, candidate.
/// </remarks>
internal sealed class Search
{
    public required Guid RideId { get; init; }
    public required string RiderId { get; init; }
    public SearchStatus Status { get; set; }
    public Place Pickup { get; init; } = new(0, 0);
    public Place Dropoff { get; private set; } = new(0, 0);

    /// <summary>The stops on the way, in their order; null if there are none.</summary>
    public IReadOnlyList<Place>? Stops { get; private set; }

    /// <summary>The number of the last change of the destination; 0 if there was none.</summary>
    public int DestinationChange { get; private set; }
    public string VehicleClass { get; init; } = Contracts.VehicleClass.Standard;
    public Money? Fare { get; private set; }

    /// <summary>
    /// When the ride was requested, or its search started if it was booked ahead. The earliest is served first.
    /// </summary>
    public required DateTimeOffset RequestedAt { get; set; }

    /// <summary>The open or accepted offer.</summary>
    public Guid? OfferId { get; set; }

    /// <summary>The number of offers made.</summary>
    public int Attempts { get; set; }

    /// <summary>How many attempts found no driver. The timer of an earlier attempt is out of date.</summary>
    public int FailedPolls { get; set; }

    public static Search For(RideRequestedV2 request) =>
        new()
        {
            RideId = request.RideId,
            RiderId = request.RiderId,
            Status = request.PickupAt is null ? SearchStatus.Searching : SearchStatus.Booked,
            Pickup = request.Pickup,
            Dropoff = request.Dropoff,
            Stops = request.Stops,
            VehicleClass = request.VehicleClass,
            Fare = request.QuotedFare,
            RequestedAt = request.At,
        };

    /// <summary>
    /// Creates the record of a search whose end arrived before its request: the request will find it and start no search.
    /// </summary>
    public static Search EndedBeforeRequest(Guid rideId, string riderId, DateTimeOffset at) =>
        new()
        {
            RideId = rideId,
            RiderId = riderId,
            RequestedAt = at,
            Status = SearchStatus.Ended,
        };

    /// <summary>Starts the search of a ride that was booked ahead.</summary>
    public void Start(DateTimeOffset at)
    {
        Status = SearchStatus.Searching;
        RequestedAt = at;
    }

    /// <summary>Records what the rider changed, unless a later change was recorded before.</summary>
    public void Redirect(DestinationChanged changed)
    {
        if (changed.Number <= DestinationChange)
            return;
        Dropoff = changed.Dropoff;
        Stops = changed.Stops;
        Fare = changed.QuotedFare;
        DestinationChange = changed.Number;
    }

    /// <summary>Removes the driver who was offered or had the ride; the search continues.</summary>
    public void Reopen()
    {
        Status = SearchStatus.Searching;
        OfferId = null;
    }

    /// <summary>Ends the search: the ride no longer needs a driver.</summary>
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

            // A second guard: a change made without locking the row first fails instead of overwriting.
            builder.Property(search => search.Status).HasConversion<string>().HasMaxLength(16).IsConcurrencyToken();
            builder.Property(search => search.VehicleClass).HasMaxLength(32);

            // The few searches that wait for a driver, oldest first.
            builder.HasIndex(search => search.RequestedAt, "ix_searches_waiting").HasFilter("status = 'Searching'");
        }
    }
}

internal static class Searches
{
    /// <summary>Locks the search, in any state, until the transaction ends. Returns null if there is none.</summary>
    public static Task<Search?> TakeSearch(this AppDbContext db, Guid rideId, CancellationToken cancellationToken) =>
        Take(db, db.Set<Search>().Where(search => search.RideId == rideId), rideId, cancellationToken);

    /// <summary>
    /// Locks the search if it is open and no driver has an offer. Returns null if another transaction was faster.
    /// </summary>
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

    /// <summary>Locks the search if this is the offer that its driver has not answered yet.</summary>
    public static Task<Search?> TakeSearchOffering(
        this AppDbContext db,
        Guid rideId,
        Guid offerId,
        CancellationToken cancellationToken
    ) => Take(db, db.Offering(rideId, offerId), rideId, cancellationToken);

    /// <summary>Whether this is the offer that the search's driver has not answered yet. Once false, it stays false.</summary>
    public static Task<bool> IsOffering(
        this AppDbContext db,
        Guid rideId,
        Guid offerId,
        CancellationToken cancellationToken
    ) => db.Offering(rideId, offerId).AnyAsync(cancellationToken);

    /// <summary>
    /// Locks the search and ends it in one statement, if this is the offer its driver has not answered yet and the ride has not
    /// ended.
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
        // Writing the row, even unchanged, locks it on every database. The condition is checked again under the lock.
        var taken = await which.ExecuteUpdateAsync(
            row => row.SetProperty(search => search.Status, search => search.Status),
            cancellationToken
        );
        return taken == 1
            ? await db.Set<Search>().SingleAsync(search => search.RideId == rideId, cancellationToken)
            : null;
    }
}
