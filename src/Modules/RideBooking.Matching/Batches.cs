using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RideBooking.Platform.Persistence;

namespace RideBooking.Matching;

/// <summary>Divides the time into windows, at whose ends the waiting rides are matched together.</summary>
internal sealed class Batches(MatchingOptions options, TimeProvider clock)
{
    /// <summary>Returns the batch of the window that has just ended.</summary>
    public AssignBatch Current() => new(Start(clock.GetUtcNow()));

    /// <summary>Returns the end of the present window.</summary>
    public DateTimeOffset NextWindow() => new(Start(clock.GetUtcNow()) + options.BatchWindow.Ticks, TimeSpan.Zero);

    /// <summary>Sets a timer for the batch at the end of the present window.</summary>
    public Task Schedule(ConsumeContext context)
    {
        var end = NextWindow();
        return context.SchedulePublish(end.UtcDateTime, new AssignBatch(end.UtcTicks));
    }

    // A window is known by its time and not by its number, which would start again when the setting is changed.
    long Start(DateTimeOffset now) => now.UtcTicks - now.UtcTicks % options.BatchWindow.Ticks;
}

/// <summary>Which batch was matched last. It is one row, for all hosts.</summary>
internal sealed class LastBatch
{
    /// <summary>Always 1.</summary>
    public int Id { get; init; } = 1;

    /// <summary>When its window ended, in UTC ticks.</summary>
    public long Window { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<LastBatch>
    {
        public void Configure(EntityTypeBuilder<LastBatch> builder)
        {
            builder.ToTable("last_batch");
            builder.Property(batch => batch.Id).ValueGeneratedNever();
            builder.HasData(new LastBatch());
        }
    }
}

internal static class LastBatches
{
    /// <summary>Claims a batch: true for one caller, on whichever host, and only if no later batch has been matched.</summary>
    public static async Task<bool> TryBeginBatch(
        this AppDbContext db,
        long window,
        CancellationToken cancellationToken
    ) =>
        await db.Set<LastBatch>()
            .Where(batch => batch.Window < window)
            .ExecuteUpdateAsync(row => row.SetProperty(batch => batch.Window, window), cancellationToken) == 1;
}
