using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RideBooking.Matching;

/// <summary>What made Matching look for a driver.</summary>
internal enum MatchTrigger
{
    /// <summary>The search began, continued after an offer, or looked again.</summary>
    Search,

    /// <summary>A driver came on duty or became available.</summary>
    DriverAvailable,

    /// <summary>The end of a window, in which rides were collected.</summary>
    Batch,
}

/// <summary>One attempt to match a ride: the drivers it found, and why each was or was not offered the ride.</summary>
/// <remarks>All attempts of a ride are its match trace. An attempt is written in the transaction that makes its offer.</remarks>
internal sealed class MatchAttempt
{
    /// <summary>After so many attempts without an offer, the attempts that find no driver are not recorded.</summary>
    public const int MaxRecorded = 50;

    static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public required Guid RideId { get; init; }

    /// <summary>Identifies the attempt. Ids are UUIDv7.</summary>
    public required Guid Id { get; init; }

    /// <summary>How many offers and failed attempts came before it, which orders the attempts of a ride.</summary>
    public required int Number { get; init; }
    public required DateTimeOffset At { get; init; }
    public required MatchTrigger Trigger { get; init; }

    /// <summary>The distance from the pickup within which drivers could be offered the ride, metres.</summary>
    public required double RadiusMeters { get; init; }

    /// <summary>The offer that was made, if any.</summary>
    public Guid? OfferId { get; init; }

    /// <summary>The candidates, as JSON.</summary>
    public required string Candidates { get; init; }

    public IReadOnlyList<TracedCandidate> ReadCandidates() =>
        JsonSerializer.Deserialize<List<TracedCandidate>>(Candidates, s_json) ?? [];

    /// <summary>Creates the record of an attempt.</summary>
    /// <param name="search">The search.</param>
    /// <param name="trigger">What caused it.</param>
    /// <param name="found">The drivers it found.</param>
    /// <param name="offer">The offer that it made and its driver, if any.</param>
    /// <param name="reservedMeanwhile">The drivers who were reserved for or matched with other rides at that moment.</param>
    /// <param name="now">The present.</param>
    public static MatchAttempt Of(
        Search search,
        MatchTrigger trigger,
        NearbyDrivers.Found found,
        (Guid OfferId, string DriverId)? offer,
        IReadOnlyCollection<string> reservedMeanwhile,
        DateTimeOffset now
    ) =>
        new()
        {
            RideId = search.RideId,
            Id = Guid.CreateVersion7(now),
            // An offer has just been counted.
            Number = search.FailedPolls + search.Attempts - (search.OfferId is null ? 0 : 1),
            At = now,
            Trigger = trigger,
            RadiusMeters = Math.Round(found.RadiusMeters),
            OfferId = offer?.OfferId,
            Candidates = JsonSerializer.Serialize(
                found.Drivers.Select(driver => new TracedCandidate(
                    driver.DriverId,
                    driver.Obstacle
                        ?? (
                            driver.DriverId == offer?.DriverId ? MatchReason.Offered
                            : reservedMeanwhile.Contains(driver.DriverId) ? MatchReason.ReservedMeanwhile
                            : MatchReason.RankedLower
                        ),
                    (int)Math.Round(driver.Meters),
                    driver.PickupEtaSeconds,
                    Seconds(now - driver.PositionAt),
                    driver.IdleSince is { } since ? Seconds(now - since) : null,
                    driver.RecentDeclines
                )),
                s_json
            ),
        };

    static int Seconds(TimeSpan time) => (int)Math.Clamp(time.TotalSeconds, 0, int.MaxValue);

    internal sealed class Mapping : IEntityTypeConfiguration<MatchAttempt>
    {
        public void Configure(EntityTypeBuilder<MatchAttempt> builder)
        {
            builder.ToTable("match_attempts");
            builder.HasKey(attempt => new { attempt.RideId, attempt.Id });
            builder.Property(attempt => attempt.Trigger).HasConversion<string>().HasMaxLength(16);

            // Finds the attempts that are no longer kept.
            builder.HasIndex(attempt => attempt.At);
        }
    }
}

/// <summary>A driver whom an attempt to match a ride found.</summary>
/// <param name="DriverId">The driver.</param>
/// <param name="Reason">
/// Why the driver was or was not offered the ride: <c>offered</c>; <c>rankedLower</c> than the driver who was offered it;
/// <c>reservedMeanwhile</c> for another ride; <c>ownRide</c>; <c>declined</c> or <c>released</c> this ride; <c>notAnswered</c> its
/// offer; <c>reserved</c> for another ride or offer; <c>otherClass</c> of vehicle; <c>positionTooOld</c>; <c>coolingDown</c> after an
/// unanswered offer; <c>outOfRadius</c>.
/// </param>
/// <param name="DistanceMeters">The distance from the pickup, metres.</param>
/// <param name="PickupEtaSeconds">The estimated driving time to the pickup, seconds.</param>
/// <param name="PositionAgeSeconds">The age of the driver's position, seconds.</param>
/// <param name="IdleSeconds">How long the driver has been without a ride, seconds, if known.</param>
/// <param name="RecentDeclines">The number of offers that the driver declined recently.</param>
internal sealed record TracedCandidate(
    string DriverId,
    MatchReason Reason,
    int DistanceMeters,
    int PickupEtaSeconds,
    int PositionAgeSeconds,
    int? IdleSeconds,
    int RecentDeclines
);
