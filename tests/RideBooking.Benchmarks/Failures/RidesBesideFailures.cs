using System.Diagnostics;
using Spectre.Console;

namespace RideBooking.Benchmarks.Failures;

/// <summary>Drives the same load of rides alone and beside messages that come to an error queue at a constant rate.</summary>
sealed class RidesBesideFailures(
    FailuresSettings settings,
    SystemUnderTest system,
    RideLoad load,
    ErrorQueuePublisher publisher,
    StoredFailures stored,
    ProgressContext progress
)
{
    static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(2);
    static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(250);
    static readonly SyntheticFailure s_failure = SyntheticFailure.Redrivable("The database has a column too few.");

    /// <summary>Drives rides as fast as they complete, and then at half of that rate, each alone and beside failures.</summary>
    public async Task<(double RequestedPerSecond, IReadOnlyList<Round> AtPace, Round FullLoad)> Measure(
        CancellationToken cancellationToken
    )
    {
        using var offDuty = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var preparing = progress.AddTask("drivers come on duty", maxValue: 1);
        var driving = await load.StartDrivers(
            await load.SignIn("driver", settings.InFlight, cancellationToken),
            offDuty.Token
        );
        preparing.Increment(1);
        await Rides(driving, Together("warm up", settings.WarmUp), cancellationToken);
        await Fail("failed messages to warm up", s_warmUp, default, cancellationToken);

        var full = await Rides(driving, Together("full load alone", settings.Rides), cancellationToken);
        var perSecond = full.RidesPerSecond / 2;
        var rounds = new List<Round>();
        for (var round = 1; round <= settings.Rounds; round++)
        {
            var name = $"round {round}: {perSecond:0.0} rides/s";
            var alone = await Rides(driving, Paced($"{name} alone", perSecond), cancellationToken);
            var (beside, ingest) = await Beside(
                driving,
                Paced($"{name} beside failures", perSecond),
                TimeSpan.FromSeconds(settings.Seconds),
                cancellationToken
            );
            rounds.Add(new Round(alone, beside, ingest));
        }
        var (fullBeside, fullIngest) = await Beside(
            driving,
            Together("full load beside failures", settings.Rides),
            TimeSpan.MaxValue,
            cancellationToken
        );
        await offDuty.CancelAsync();
        await Task.WhenAll(driving);
        return (perSecond, rounds, new Round(full, fullBeside, fullIngest));
    }

    Drive Together(string name, int rides) =>
        new(
            rides,
            async (riders, driving, cancellationToken) =>
                await load.InFlight(name, rides, settings.InFlight, riders, driving, cancellationToken)
        );

    Drive Paced(string name, double perSecond)
    {
        var rides = (int)Math.Ceiling(perSecond * settings.Seconds);
        return new(
            rides,
            (riders, driving, cancellationToken) =>
                load.AtPace(name, rides, perSecond, riders, driving, cancellationToken)
        );
    }

    /// <summary>Drives rides while messages fail, for the given time at most.</summary>
    async Task<(RidesPart Rides, Ingest Ingest)> Beside(
        Task[] driving,
        Drive drive,
        TimeSpan time,
        CancellationToken cancellationToken
    )
    {
        using var ridesEnded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<Ingest>? ingest = null;
        var rides = await Rides(
            driving,
            drive with
            {
                Start = async (riders, drivers, stop) =>
                {
                    var name = $"{settings.FailuresPerSecond} failures/s";
                    ingest = Fail(name, time, ridesEnded.Token, cancellationToken);
                    var done = await drive.Start(riders, drivers, stop);
                    // At a constant rate, both last equally long.
                    if (time == TimeSpan.MaxValue)
                        await ridesEnded.CancelAsync();
                    return done;
                },
            },
            cancellationToken
        );
        return (rides, await ingest!);
    }

    /// <summary>Drives rides, and waits for the work that follows from them.</summary>
    async Task<RidesPart> Rides(Task[] driving, Drive drive, CancellationToken cancellationToken)
    {
        var riders = new Queue<string>(await load.SignIn("rider", drive.Rides, cancellationToken));
        var (processor, started) = (await system.Processor(cancellationToken), Stopwatch.GetTimestamp());
        var rides = await drive.Start(riders, driving, cancellationToken);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var after = await system.Processor(cancellationToken);
        await load.Settled(cancellationToken);
        return new RidesPart(
            rides.Count,
            rides.Count / seconds,
            Latency.Of(rides.Select(ride => ride.Captured)),
            Latency.Of(rides.Select(ride => ride.Answered)),
            ProcessUse.Each(processor, after, seconds)
        );
    }

    /// <summary>Publishes failed messages at a constant rate, and waits until all are in the store.</summary>
    async Task<Ingest> Fail(string name, TimeSpan time, CancellationToken endEarly, CancellationToken cancellationToken)
    {
        var bar = progress.AddTask(name, maxValue: 1);
        var (maxDepth, started) = (0L, Stopwatch.GetTimestamp());
        var publishing = publisher.PublishAtPace(
            number => s_failure.Message(Guid.CreateVersion7(), number, DateTimeOffset.UtcNow),
            settings.FailuresPerSecond,
            time,
            endEarly,
            cancellationToken
        );
        while (!publishing.IsCompleted)
        {
            maxDepth = Math.Max(maxDepth, await publisher.Depth([s_failure.Queue], cancellationToken));
            bar.Description = $"{name}: {maxDepth} were waiting at most";
            await Task.WhenAny(publishing, Task.Delay(s_poll, cancellationToken));
        }
        var published = await publishing;
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var lastDepth = await publisher.Depth([s_failure.Queue], cancellationToken);
        var ended = Stopwatch.GetTimestamp();
        await stored.WaitFor(publisher.Published, publisher, [s_failure.Queue], _ => { }, cancellationToken);
        bar.Value = bar.MaxValue;
        return new Ingest(
            published,
            published / seconds,
            Math.Max(maxDepth, lastDepth),
            lastDepth,
            Stopwatch.GetElapsedTime(ended).TotalSeconds
        );
    }

    /// <summary>A load of rides.</summary>
    /// <param name="Rides">The number of rides.</param>
    /// <param name="Start">Drives them, with riders and drivers.</param>
    sealed record Drive(
        int Rides,
        Func<Queue<string>, Task[], CancellationToken, Task<IReadOnlyList<CompletedRide>>> Start
    );
}
