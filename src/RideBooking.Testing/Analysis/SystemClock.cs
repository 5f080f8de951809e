using System.Diagnostics;
using System.Globalization;
using MassTransit;
using RideBooking.Testing.Values;

namespace RideBooking.Testing.Analysis;

/// <summary>Finds times of the system's clock in what a run stored and sent.</summary>
static class SystemClock
{
    static readonly TimeSpan s_apart = TimeSpan.FromDays(1);

    /// <exception cref="InvalidOperationException">The lab's clock is too close to the system's.</exception>
    public static IReadOnlyList<MachineFinding> In(LabView view)
    {
        using var process = Process.GetCurrentProcess();
        var (start, end) = (new DateTimeOffset(process.StartTime), TimeProvider.System.GetUtcNow());
        if (view.Now > start - s_apart && view.Now < end + s_apart)
            throw new InvalidOperationException(
                $"The lab's clock is at {Formatting.Time(view.Now)}, within a day of the system's: their times cannot be distinguished. Start it years away ({nameof(LabSetup.StartAt)})."
            );
        var sent = view
            .Observations.Where(it =>
                it.Kind
                    is ObservationKind.Published
                        or ObservationKind.Sent
                        or ObservationKind.Responded
                        or ObservationKind.Scheduled
            )
            .ToList();
        var ids = sent.Select(it => it.Envelope!.MessageId).ToHashSet();
        // What the test itself put in is no time that a machine read.
        var given = view
            .Observations.Where(it => it.Kind is ObservationKind.Delivered && !ids.Contains(it.Envelope!.MessageId))
            .SelectMany(it => Times(it.Message!).Select(time => time.At))
            .ToHashSet();
        return
        [
            // MassTransit's own messages have its own times.
            .. sent.Where(it => it.MessageType!.Assembly != typeof(Fault).Assembly)
                .SelectMany(it =>
                    Found(it.Message!, $"{it.Kind} {Formatting.TypeName(it.MessageType!)}", it.MessageType!)
                )
                .Concat(
                    view.World.Sagas.SelectMany(it =>
                        Found(it.Value, $"Stored {Formatting.TypeName(it.Key.Type)}", it.Key.Type)
                    )
                )
                .Distinct(),
        ];

        IEnumerable<MachineFinding> Found(object value, string where, Type type) =>
            from time in Times(value)
            where time.At >= start && time.At <= end && !given.Contains(time.At)
            select new MachineFinding(
                MachineFindingKind.SystemClock,
                null,
                Formatting.TypeName(type),
                $"{where}: {time.Path} is a time of the system's clock, not of the lab's. Read it from the container's {nameof(TimeProvider)}."
            );
    }

    static IEnumerable<(string Path, DateTimeOffset At)> Times(object value)
    {
        foreach (var (path, text) in Facts.Of(value))
            if (
                DateTimeOffset.TryParseExact(
                    text,
                    ["yyyy-MM-ddTHH:mm:ss.fffffffK", "yyyy-MM-ddTHH:mm:ss.fffffff"],
                    CultureInfo.InvariantCulture,
                    DateTimeStyles.AssumeUniversal,
                    out var at
                )
            )
                yield return (path, at);
    }
}
