using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Contracts;
using RideBooking.EventLog.Subscriptions;

namespace RideBooking.Analytics;

/// <summary>
/// The facts of one ride, folded from its events with the same result in whatever order and however often they arrive.
/// </summary>
/// <remarks>Facts are only added. If two events contain the same fact, the later one in the ride's own time counts.</remarks>
internal sealed class RideFacts : IProjectedRow
{
    public static string Projection => "ride-facts";

    public int Generation { get; set; }

    public required Guid RideId { get; init; }

    public DateTimeOffset? RequestedAt { get; private set; }

    /// <summary>The quarter of an hour of the request, by which demand is counted.</summary>
    public DateTimeOffset? RequestedQuarter { get; private set; }

    /// <summary>The code of the city; null without one, and in rides from before there were cities.</summary>
    public string? City { get; private set; }

    /// <summary>The requested vehicle class.</summary>
    public string? VehicleClass { get; private set; }

    /// <summary>When the search for a driver of a ride booked ahead began; null for others, whose search begins with the request.</summary>
    public DateTimeOffset? SearchStartedAt { get; private set; }

    /// <summary>When the first driver was assigned.</summary>
    public DateTimeOffset? FirstAssignedAt { get; private set; }

    /// <summary>When the last driver was assigned.</summary>
    public DateTimeOffset? LastAssignedAt { get; private set; }

    /// <summary>
    /// Seconds from the begin of the search until the first driver was assigned; SQL date arithmetic differs between databases.
    /// </summary>
    public int? MatchSeconds { get; private set; }

    /// <summary>Seconds from the assignment of the last driver until their arrival; null while they have not arrived.</summary>
    public int? PickupSeconds { get; private set; }

    /// <summary>The driver who arrived last. If that driver releases the ride, the next one has not arrived.</summary>
    public string? ArrivedDriverId { get; private set; }

    public DateTimeOffset? ArrivedAt { get; private set; }

    public DateTimeOffset? StartedAt { get; private set; }

    /// <summary>How the ride ended: <c>completed</c>, <c>cancelled</c> or <c>noDriverFound</c>; a ride ends once.</summary>
    public string? Outcome { get; private set; }

    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>Who cancelled. A driver does so when the rider does not come.</summary>
    public string? CancelledBy { get; private set; }

    /// <summary>The ride's status when it was cancelled. The reason is free text and personal data, so it is no fact.</summary>
    public string? CancelledAtStage { get; private set; }

    public Money? Captured { get; private set; }

    /// <summary>All refunds together; null if there is none.</summary>
    public Money? Refunded { get; private set; }

    /// <summary>The quarter of an hour of the capture, by which revenue is counted.</summary>
    public DateTimeOffset? CapturedQuarter { get; private set; }

    public DateTimeOffset? CapturedAt { get; private set; }

    public int Version { get; private set; }

    public void Apply(RideRequestedV2 e)
    {
        RequestedAt = e.At;
        RequestedQuarter = e.At.Quarter();
        (City, VehicleClass) = (e.Terms?.City, e.VehicleClass);
        Measure();
    }

    public void Apply(RideSearchStarted e)
    {
        SearchStartedAt = e.At;
        Measure();
    }

    public void Apply(DriverAssigned e)
    {
        if (FirstAssignedAt is null || e.At < FirstAssignedAt)
            FirstAssignedAt = e.At;
        if (LastAssignedAt is null || e.At > LastAssignedAt)
            LastAssignedAt = e.At;
        Measure();
    }

    public void Apply(DriverArrived e)
    {
        if (e.At < ArrivedAt)
            return;
        (ArrivedDriverId, ArrivedAt) = (e.DriverId, e.At);
        Measure();
    }

    public void Apply(RideStarted e)
    {
        StartedAt = e.At;
        Version++;
    }

    public void Apply(RideCompleted e) => End(e, e.At);

    public void Apply(NoDriverFound e) => End(e, e.At);

    public void Apply(RideCancelled e)
    {
        (CancelledBy, CancelledAtStage) = (e.By, e.Stage);
        End(e, e.At);
    }

    public void Apply(PaymentCaptured e)
    {
        (Captured, CapturedAt, CapturedQuarter) = (e.Amount, e.At, e.At.Quarter());
        Version++;
    }

    // Each refund has the sum of those until then, so the largest is the last.
    public void Apply(PaymentRefunded e)
    {
        if (Refunded is null || e.TotalRefunded.Amount > Refunded.Amount)
            Refunded = e.TotalRefunded;
        Version++;
    }

    // What the status was before does not matter to an end.
    void End(object end, DateTimeOffset at)
    {
        (Outcome, EndedAt) = (RideStatus.Requested.After(end).InApi(), at);
        Version++;
    }

    // Each time from what is known, so that the order of the events makes no difference.
    void Measure()
    {
        MatchSeconds = Seconds(SearchStartedAt ?? RequestedAt, FirstAssignedAt);
        PickupSeconds = Seconds(LastAssignedAt, ArrivedAt);
        Version++;
    }

    static int? Seconds(DateTimeOffset? from, DateTimeOffset? to) =>
        from <= to ? (int)Math.Round((to.Value - from.Value).TotalSeconds) : null;

    internal sealed class Mapping : IEntityTypeConfiguration<RideFacts>
    {
        public void Configure(EntityTypeBuilder<RideFacts> builder)
        {
            builder.ToTable("ride_facts");
            builder.HasKey(ride => new { ride.Generation, ride.RideId });
            builder.Property(ride => ride.RideId).ValueGeneratedNever();
            builder.Property(ride => ride.City).HasMaxLength(64);
            builder.Property(ride => ride.VehicleClass).HasMaxLength(64);
            builder.Property(ride => ride.ArrivedDriverId).HasMaxLength(255);
            builder.Property(ride => ride.Outcome).HasMaxLength(20);
            builder.Property(ride => ride.CancelledBy).HasMaxLength(20);
            builder.Property(ride => ride.CancelledAtStage).HasMaxLength(20);
            builder.Property(ride => ride.Version).IsConcurrencyToken();
            builder.HasIndex(ride => new { ride.Generation, ride.RequestedAt });
            builder.HasIndex(ride => new { ride.Generation, ride.CapturedAt });
        }
    }
}

/// <summary>What the facts of rides say together with those of offers.</summary>
internal static class RideFactsQueries
{
    /// <summary>Returns the current status of each ride, as the API spells it.</summary>
    /// <remarks>
    /// Not the fold of a ride's events (<see cref="RideStatusFold"/>), except for how it ended: that needs
    /// the events in order and from the first. Facts may come in any order, because a parked event is recorded later and a replay
    /// may begin with a later event. A test compares the two.
    /// </remarks>
    public static IQueryable<string> Statuses(this IQueryable<RideFacts> rides, IQueryable<OfferFacts> offers)
    {
        var assigned = offers.Where(offer => offer.Answer == OfferAnswer.Accepted && !offer.Released);
        return rides.Select(ride =>
            ride.Outcome
            ?? (
                ride.StartedAt != null ? RideStatuses.InProgress
                : assigned.Any(o => o.RideId == ride.RideId && o.DriverId == ride.ArrivedDriverId)
                    ? RideStatuses.DriverArrived
                : assigned.Any(o => o.RideId == ride.RideId) ? RideStatuses.DriverAssigned
                : RideStatuses.Requested
            )
        );
    }
}
