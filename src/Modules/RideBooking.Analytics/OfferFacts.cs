using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Contracts;
using RideBooking.EventLog.Subscriptions;

namespace RideBooking.Analytics;

/// <summary>The facts of one offer, folded from its events in whatever order and however often they arrive.</summary>
internal sealed class OfferFacts : IProjectedRow
{
    public static string Projection => "offer-facts";

    public int Generation { get; set; }

    public required Guid OfferId { get; init; }

    public required Guid RideId { get; init; }

    public required string DriverId { get; init; }

    public DateTimeOffset? OfferedAt { get; private set; }

    public OfferAnswer Answer { get; private set; }

    /// <summary>Whether the driver accepted the ride and later released or lost it.</summary>
    public bool Released { get; private set; }

    /// <summary>When the driver accepted it: they are on the trip from then on.</summary>
    public DateTimeOffset? AcceptedAt { get; private set; }

    /// <summary>When the driver released or lost the ride; null if the ride ended with them.</summary>
    public DateTimeOffset? ReleasedAt { get; private set; }

    /// <summary>The class of the driver's vehicle, if the offer was accepted.</summary>
    public string? VehicleClass { get; private set; }

    public int Version { get; private set; }

    public void Apply(DriverOffered e)
    {
        OfferedAt = e.At;
        Version++;
    }

    public void Apply(OfferDeclined _) => Answered(OfferAnswer.Declined);

    // A withdrawn offer says nothing about the driver.
    public void Apply(OfferExpired e) =>
        Answered(e.Reason == OfferEndReason.Timeout ? OfferAnswer.Expired : OfferAnswer.Withdrawn);

    public void Apply(DriverAssigned e)
    {
        (AcceptedAt, VehicleClass) = (e.At, e.Vehicle.Class);
        Answered(OfferAnswer.Accepted);
    }

    public void Apply(DriverUnassigned e)
    {
        (Released, ReleasedAt) = (true, e.At);
        Answered(OfferAnswer.Accepted);
    }

    // An offer is answered once. If two answers ever arrive, their precedence decides and not their order.
    void Answered(OfferAnswer answer)
    {
        if (answer > Answer)
            Answer = answer;
        Version++;
    }

    internal sealed class Mapping : IEntityTypeConfiguration<OfferFacts>
    {
        public void Configure(EntityTypeBuilder<OfferFacts> builder)
        {
            builder.ToTable("offer_facts");
            builder.HasKey(offer => new { offer.Generation, offer.OfferId });
            builder.Property(offer => offer.OfferId).ValueGeneratedNever();
            builder.Property(offer => offer.DriverId).HasMaxLength(255);
            builder.Property(offer => offer.Answer).HasConversion<string>().HasMaxLength(10);
            builder.Property(offer => offer.VehicleClass).HasMaxLength(64);
            builder.Property(offer => offer.Version).IsConcurrencyToken();
            builder.HasIndex(offer => new { offer.Generation, offer.OfferedAt });
            builder.HasIndex(offer => new { offer.Generation, offer.RideId });
            builder.HasIndex(offer => new { offer.Generation, offer.AcceptedAt });
        }
    }
}

/// <summary>The answer to an offer. A later value in the list overrides an earlier one.</summary>
internal enum OfferAnswer
{
    /// <summary>No answer yet.</summary>
    Pending,

    /// <summary>The offer was withdrawn: the ride was cancelled, or the driver went offline.</summary>
    Withdrawn,

    /// <summary>The driver let it expire.</summary>
    Expired,

    /// <summary>The driver declined it.</summary>
    Declined,

    /// <summary>The driver accepted it.</summary>
    Accepted,
}
