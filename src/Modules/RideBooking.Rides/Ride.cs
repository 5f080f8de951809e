using System.Text.Json;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Contracts;

namespace RideBooking.Rides;

/// <summary>One ride. Only <see cref="RideStateMachine"/> changes it.</summary>
internal sealed class Ride : SagaStateMachineInstance
{
    public const int MaxComment = 1000;

    /// <summary>The ride's id.</summary>
    public Guid CorrelationId { get; set; }

    /// <summary>The machine's state, one of <see cref="RideStatus"/>.</summary>
    public string Status { get; set; } = "";

    /// <summary>Incremented by every change: the API's <c>version</c> and ETag, and the optimistic concurrency token.</summary>
    public int Version { get; set; } = 1;

    public string RiderId { get; set; } = "";

    /// <summary>
    /// The rider until the ride has ended, then null. Unique among the rides that were not booked ahead: a rider has at most one
    /// such ride at a time.
    /// </summary>
    public string? ActiveRiderId { get; set; }

    [PersonalData]
    public Place Pickup { get; set; } = new(0, 0);

    [PersonalData]
    public Place Dropoff { get; set; } = new(0, 0);

    /// <summary>The stops on the way, in their order; null if there are none.</summary>
    [PersonalData]
    public IReadOnlyList<Place>? Stops { get; set; }

    /// <summary>How often the rider has changed the destination. A quote is for the change that comes next.</summary>
    public int DestinationChanges { get; set; }
    public string VehicleClass { get; set; } = "";
    public Guid? QuoteId { get; set; }
    public Money? QuotedFare { get; set; }
    public int? QuotedDistanceMeters { get; set; }
    public Guid? PaymentMethodId { get; set; }

    /// <summary>The estimated duration of the trip, seconds. Unknown for rides that an earlier version created.</summary>
    public int? TripSeconds { get; set; }

    /// <summary>The driver of the ride, or the last one if it has ended.</summary>
    public string? DriverId { get; set; }

    /// <summary>The driver while the ride is active, else null. Unique: a driver has at most one active ride.</summary>
    public string? ActiveDriverId { get; set; }

    /// <summary>That driver's accepted offer.</summary>
    public Guid? OfferId { get; set; }

    [PersonalData]
    public string? DriverName { get; set; }

    [PersonalData]
    public Vehicle? DriverVehicle { get; set; }

    /// <summary>The estimated driving time to the pickup at the assignment, seconds.</summary>
    public int? EtaSeconds { get; set; }

    /// <summary>Offers of this ride that have ended: a late duplicate of one must not assign its driver again.</summary>
    public List<Guid> EndedOffers { get; set; } = [];

    /// <summary>When the rider wants to be picked up, if they booked ahead.</summary>
    public DateTimeOffset? PickupAt { get; set; }

    /// <summary>When the search of a ride that was booked ahead is due.</summary>
    public DateTimeOffset? SearchAt { get; set; }

    /// <summary>The token of the scheduled start of the search.</summary>
    public Guid? SearchStartTokenId { get; set; }

    /// <summary>The number of the current search for a driver, from 1; 0 while a ride booked ahead is not searched for yet.</summary>
    public int Search { get; set; }

    public DateTimeOffset SearchStartedAt { get; set; }

    /// <summary>The token of the scheduled search deadline.</summary>
    public Guid? SearchDeadlineTokenId { get; set; }

    /// <summary>The driver's distance from the pickup at the arrival, metres. Null without a recent position.</summary>
    public int? ArrivalMeters { get; set; }

    /// <summary>The number of wrong PINs with which the driver tried to start the ride.</summary>
    public int WrongPins { get; set; }

    /// <summary>When the ride in progress has taken too long. Unknown for rides that an earlier version started.</summary>
    public DateTimeOffset? OverdueAt { get; set; }

    /// <summary>The token of the timer that fires then.</summary>
    public Guid? OverdueTokenId { get; set; }

    /// <summary>The flags for operators, oldest first.</summary>
    public IReadOnlyList<RideFlag> Flags { get; set; } = [];

    /// <summary>When the first flag was raised. Operators find flagged rides by it.</summary>
    public DateTimeOffset? FlaggedAt { get; set; }

    public DateTimeOffset RequestedAt { get; set; }
    public DateTimeOffset? AssignedAt { get; set; }
    public DateTimeOffset? ArrivedAt { get; set; }
    public DateTimeOffset? StartedAt { get; set; }
    public DateTimeOffset? CompletedAt { get; set; }
    public DateTimeOffset? CancelledAt { get; set; }
    public DateTimeOffset? NoDriverFoundAt { get; set; }

    /// <summary>When the status last changed. Never moves back, even if the clocks of the replicas differ.</summary>
    public DateTimeOffset ChangedAt { get; set; }

    /// <summary><c>operator</c> or <c>rider</c> if they completed the ride, null if its driver did.</summary>
    public string? CompletedBy { get; set; }

    /// <summary>Why they completed it.</summary>
    [PersonalData]
    public string? CompletionReason { get; set; }

    /// <summary><c>rider</c>, <c>driver</c> (a no-show) or <c>operator</c>.</summary>
    public string? CancelledBy { get; set; }

    [PersonalData]
    public string? CancellationReason { get; set; }

    /// <summary>Time from the driver's arrival to the start, seconds.</summary>
    public int? WaitSeconds { get; set; }

    /// <summary>The distance the driver's app measured, metres.</summary>
    public int? DistanceMeters { get; set; }

    public Money? Tolls { get; set; }

    /// <summary>What the rider pays: the fare, or the fee of a cancelled ride.</summary>
    public Money? Fare { get; set; }

    public PaymentStatus PaymentStatus { get; set; }
    public Money? PaymentAmount { get; set; }

    public int? Stars { get; set; }

    [PersonalData]
    public string? RatingComment { get; set; }
    public DateTimeOffset? RatedAt { get; set; }

    /// <summary>The driver's rating of the rider.</summary>
    public int? RiderStars { get; set; }

    [PersonalData]
    public string? RiderRatingComment { get; set; }
    public DateTimeOffset? RiderRatedAt { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<Ride>
    {
        const int IdLength = 255;

        public void Configure(EntityTypeBuilder<Ride> builder)
        {
            builder.ToTable("rides");
            builder.HasKey(ride => ride.CorrelationId);
            builder.Property(ride => ride.CorrelationId).HasColumnName("id").ValueGeneratedNever();
            builder.Property(ride => ride.Status).HasMaxLength(20);
            builder.Property(ride => ride.Version).IsConcurrencyToken();
            builder.Property(ride => ride.RiderId).HasMaxLength(IdLength);
            builder.Property(ride => ride.ActiveRiderId).HasMaxLength(IdLength);
            builder.Property(ride => ride.DriverId).HasMaxLength(IdLength);
            builder.Property(ride => ride.ActiveDriverId).HasMaxLength(IdLength);
            builder.Property(ride => ride.VehicleClass).HasMaxLength(Vehicle.MaxClassLength);
            builder.Property(ride => ride.DriverName).HasMaxLength(200);
            builder.Property(ride => ride.CompletedBy).HasMaxLength(20);
            builder.Property(ride => ride.CompletionReason).HasMaxLength(Reasons.MaxLength);
            builder.Property(ride => ride.CancelledBy).HasMaxLength(20);
            builder.Property(ride => ride.CancellationReason).HasMaxLength(Reasons.MaxLength);
            builder.Property(ride => ride.PaymentStatus).HasConversion<string>().HasMaxLength(20);
            builder.Property(ride => ride.RatingComment).HasMaxLength(MaxComment);
            builder.Property(ride => ride.RiderRatingComment).HasMaxLength(MaxComment);
            builder
                .Property(ride => ride.Flags)
                .HasConversion(
                    flags => JsonSerializer.Serialize(flags, JsonSerializerOptions.Web),
                    json =>
                        JsonSerializer.Deserialize<RideFlag[]>(json, JsonSerializerOptions.Web)
                        ?? Array.Empty<RideFlag>(),
                    new ValueComparer<IReadOnlyList<RideFlag>>(
                        (one, other) => SameFlags(one, other),
                        flags => flags.Count,
                        flags => flags
                    )
                );
            builder
                .Property(ride => ride.EndedOffers)
                .Metadata.SetValueComparer(
                    new ValueComparer<List<Guid>>(
                        (one, other) => SameOffers(one, other),
                        offers => offers.Count,
                        offers => CopyOf(offers)
                    )
                );

            // Only active rides and unpaid amounts: ended and paid rides, nearly all of them, add nothing to these indexes.
            builder
                .HasIndex(ride => ride.ActiveRiderId)
                .IsUnique()
                .HasFilter("active_rider_id IS NOT NULL AND pickup_at IS NULL");
            builder
                .HasIndex(ride => new { ride.ActiveRiderId, ride.CorrelationId }, "ix_rides_active")
                .HasFilter("active_rider_id IS NOT NULL");
            builder.HasIndex(ride => ride.ActiveDriverId).IsUnique().HasFilter("active_driver_id IS NOT NULL");
            builder
                .HasIndex(ride => ride.RiderId, "ix_rides_unpaid")
                .HasFilter("payment_status IN ('Outstanding', 'Retrying')");
            builder.HasIndex(ride => ride.FlaggedAt).HasFilter("flagged_at IS NOT NULL");
            builder.HasIndex(ride => ride.RequestedAt);
            builder.HasIndex(ride => new { ride.RiderId, ride.RequestedAt });
            builder.HasIndex(ride => new { ride.DriverId, ride.AssignedAt });
        }

        // The framework's list comparer allocates a delegate per comparison, and every save compares.
        static bool SameOffers(List<Guid>? one, List<Guid>? other) =>
            ReferenceEquals(one, other) || (one is not null && other is not null && one.SequenceEqual(other));

        // The list is replaced, never modified.
        static bool SameFlags(IReadOnlyList<RideFlag>? one, IReadOnlyList<RideFlag>? other) =>
            ReferenceEquals(one, other) || (one is not null && other is not null && one.SequenceEqual(other));

        static List<Guid> CopyOf(List<Guid> offers) => [.. offers];
    }
}
