using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RideBooking.Operations.Endpoints;

/// <summary>What one host did at one endpoint in one minute. All hosts together are the sum of these rows.</summary>
/// <remarks>
/// It has sums and maxima instead of percentiles, because those of several hosts add up exactly. A host adds no row for a minute
/// in which an endpoint had nothing to do.
/// </remarks>
internal sealed class EndpointMinute
{
    /// <summary>How many minutes operators see.</summary>
    public const int History = 60;

    // The hosts record a minute when it has ended.
    static readonly TimeSpan s_recorded = TimeSpan.FromSeconds(5);

    /// <summary>The beginning of the minute.</summary>
    public required DateTimeOffset Minute { get; init; }

    public required string Endpoint { get; init; }

    /// <summary>The host: an id that it has until it ends.</summary>
    public required Guid Host { get; init; }

    public required int Handled { get; init; }

    public required int Failed { get; init; }

    public required int Retries { get; init; }

    public required int Redeliveries { get; init; }

    // In seconds.
    public required double LagSum { get; init; }

    public required double LagMax { get; init; }

    public required double ProcessingSum { get; init; }

    public required double ProcessingMax { get; init; }

    public required double CriticalTimeSum { get; init; }

    public required double CriticalTimeMax { get; init; }

    /// <summary>The messages that waited in the endpoint's queue at the end of the minute; null where that is not known.</summary>
    public required long? Messages { get; init; }

    /// <summary>Returns the beginning of the minute that an instant is in.</summary>
    public static DateTimeOffset Of(DateTimeOffset instant) =>
        new(instant.UtcTicks - (instant.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero);

    /// <summary>Returns the end of the last minute that all hosts have recorded.</summary>
    public static DateTimeOffset RecordedUntil(DateTimeOffset now) => Of(now - s_recorded);

    internal sealed class Mapping : IEntityTypeConfiguration<EndpointMinute>
    {
        public void Configure(EntityTypeBuilder<EndpointMinute> builder)
        {
            builder.ToTable("endpoint_minutes");
            builder.HasKey(row => new
            {
                row.Minute,
                row.Endpoint,
                row.Host,
            });
            builder.Property(row => row.Endpoint).HasMaxLength(PausedEndpoint.MaxNameLength);
        }
    }
}
