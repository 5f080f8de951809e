using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Contracts;

namespace RideBooking.Analytics;

/// <summary>What is known of one offer: a fold of its events, in whatever order and however often they come.</summary>
internal sealed class OfferFacts
{
    public required Guid OfferId { get; init; }

    public required Guid RideId { get; init; }

    public required string DriverId { get; init; }

    public DateTimeOffset? OfferedAt { get; private set; }

    public OfferAnswer Answer { get; private set; }

    /// <summary>The driver had accepted and lost or gave up the ride.</summary>
    public bool Released { get; private set; }

    public int Version { get; private set; }

    public void Apply(DriverOffered e)
    {
        OfferedAt = e.At;
        Version++;
    }

    public void Apply(OfferDeclined _) => Answered(OfferAnswer.Declined);

    // An offer that was taken back says nothing of the driver.
    public void Apply(OfferExpired e) => Answered(e.Reason == "timeout" ? OfferAnswer.Expired : OfferAnswer.Withdrawn);

    public void Apply(DriverAssigned _) => Answered(OfferAnswer.Accepted);

    public void Apply(DriverUnassigned _)
    {
        Released = true;
        Answered(OfferAnswer.Accepted);
    }

    // An offer is answered once; should it ever be twice, the precedence decides and not the order.
    void Answered(OfferAnswer answer)
    {
        if (answer > Answer)
            Answer = answer;
        Version++;
    }

    internal sealed class Configuration : IEntityTypeConfiguration<OfferFacts>
    {
        public void Configure(EntityTypeBuilder<OfferFacts> offer)
        {
            offer.ToTable("offer_facts");
            offer.HasKey(x => x.OfferId);
            offer.Property(x => x.OfferId).ValueGeneratedNever();
            offer.Property(x => x.DriverId).HasMaxLength(255);
            offer.Property(x => x.Answer).HasConversion<string>().HasMaxLength(10);
            offer.Property(x => x.Version).IsConcurrencyToken();
            offer.HasIndex(x => x.OfferedAt);
            offer.HasIndex(x => x.RideId);
        }
    }
}

/// <summary>What became of an offer, the stronger answer last.</summary>
internal enum OfferAnswer
{
    /// <summary>Nothing yet.</summary>
    Pending,

    /// <summary>It was taken back: the ride was cancelled, or the driver went offline.</summary>
    Withdrawn,

    /// <summary>The driver let it pass.</summary>
    Expired,

    /// <summary>The driver said no.</summary>
    Declined,

    /// <summary>The driver took it.</summary>
    Accepted,
}
