using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Messaging;

/// <summary>The redeliveries that Quartz keeps in the database, and the timers if it keeps them.</summary>
public static class StoredTimers
{
    // The scheduler's integration uses these names. Its other triggers only record cancellations.
    const string Table = "Quartz.TRIGGERS";
    const string JobName = "MassTransitScheduledMessage";

    internal static IQueryable<Dictionary<string, object>> Timers(this AppDbContext db) =>
        db.Set<Dictionary<string, object>>(Table)
            .AsNoTracking()
            .Where(timer => EF.Property<string>(timer, "JOB_NAME") == JobName);

    /// <summary>Returns the timers that were due and could not be sent. The scheduler tries each again.</summary>
    public static IQueryable<FailingTimer> FailingTimers(this AppDbContext db) =>
        db.Timers()
            .Where(timer => EF.Property<int?>(timer, "RETRY_ATTEMPT") > 0)
            .Select(timer => new FailingTimer
            {
                Token = EF.Property<string>(timer, "TRIGGER_NAME"),
                DueTicks = EF.Property<long>(timer, "START_TIME"),
                Attempts = EF.Property<int?>(timer, "RETRY_ATTEMPT")!.Value,
                NextAttemptTicks = EF.Property<long?>(timer, "NEXT_FIRE_TIME"),
                Data = EF.Property<byte[]?>(timer, "JOB_DATA"),
            });
}

/// <summary>A timer that was due and could not be sent.</summary>
public sealed class FailingTimer
{
    /// <summary>The timer's token.</summary>
    public required string Token { get; init; }

    /// <summary>When it was due, in ticks, UTC.</summary>
    public required long DueTicks { get; init; }

    /// <summary>How many attempts to send it have failed.</summary>
    public required int Attempts { get; init; }

    /// <summary>When the scheduler tries again, in ticks, UTC; null while it is trying.</summary>
    public required long? NextAttemptTicks { get; init; }

    /// <summary>What the scheduler's integration keeps with the timer, as JSON.</summary>
    public required byte[]? Data { get; init; }

    /// <summary>Where it is sent; null if that cannot be read.</summary>
    public string? Destination => Text("Destination");

    /// <summary>The URNs of the message, separated by semicolons; null if they cannot be read.</summary>
    public string? MessageTypes => Text("MessageType");

    string? Text(string name)
    {
        if (Data is null)
            return null;
        try
        {
            using var data = JsonDocument.Parse(Data);
            return data.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
