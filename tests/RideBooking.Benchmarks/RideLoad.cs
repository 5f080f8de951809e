using System.Diagnostics;
using System.Text.Json;
using RideBooking.TestKit.Benchmarks;
using Spectre.Console;

namespace RideBooking.Benchmarks;

/// <summary>The load of a benchmark: rides in flight or at a constant rate, and the wait for the work that follows from them.</summary>
sealed class RideLoad(City city, Api api, SystemUnderTest system, ProgressContext progress)
{
    const int SignInsAtOnce = 8;
    const int EventsPerPage = 1000;
    static readonly TimeSpan s_stall = TimeSpan.FromMinutes(3);
    static readonly TimeSpan s_settling = TimeSpan.FromMinutes(5);

    readonly long _begun = Stopwatch.GetTimestamp();
    readonly List<Guid> _driven = [];
    long _before;

    /// <summary>How long no message is handled until the follow-up work is regarded as done.</summary>
    public static TimeSpan Quiet { get; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets tokens for new people.</summary>
    public Task<string[]> SignIn(string role, int count, CancellationToken cancellationToken) =>
        AtOnce(count, _ => api.SignIn(role, cancellationToken));

    /// <summary>Puts drivers on duty.</summary>
    /// <returns>The tasks of driving; each ends when <paramref name="offDuty"/> is cancelled.</returns>
    public Task<Task[]> StartDrivers(IReadOnlyList<string> drivers, CancellationToken offDuty) =>
        AtOnce(drivers.Count, number => city.StartDriver(drivers[number], offDuty));

    /// <summary>Ends the shifts of drivers.</summary>
    public async Task EndShifts(IReadOnlyList<string> drivers, CancellationToken cancellationToken)
    {
        foreach (var driver in drivers)
            await city.EndShift(driver, cancellationToken);
    }

    /// <summary>Drives rides concurrently; fails if a driver fails or no ride completes for a long time.</summary>
    /// <param name="name">The name of the part of the benchmark.</param>
    /// <param name="rides">The number of rides.</param>
    /// <param name="inFlight">The number of concurrent rides.</param>
    /// <param name="riders">The riders; each requests one ride.</param>
    /// <param name="driving">The drivers on duty.</param>
    /// <param name="cancellationToken">Cancels the rides.</param>
    /// <param name="completed">What follows after each ride, before the rider's place is taken; given the number of rides so far.</param>
    public async Task<List<CompletedRide>> InFlight(
        string name,
        int rides,
        int inFlight,
        Queue<string> riders,
        Task[] driving,
        CancellationToken cancellationToken,
        Func<int, CancellationToken, Task>? completed = null
    )
    {
        var bar = progress.AddTask(name, maxValue: Math.Max(1, rides));
        city.ResetPace();
        var started = Stopwatch.GetTimestamp();
        var done = new List<CompletedRide>(rides);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        giveUp.CancelAfter(s_stall);
        var left = rides;
        var riding = Task.WhenAll(
            Enumerable
                .Range(0, Math.Min(inFlight, rides))
                .Select(async _ =>
                {
                    while (NextRider() is { } rider)
                    {
                        var ride = await city.Ride(rider, giveUp.Token);
                        int count;
                        lock (done)
                        {
                            done.Add(ride);
                            count = done.Count;
                            giveUp.CancelAfter(s_stall);
                            bar.Increment(1);
                            bar.Description =
                                $"{name}: {done.Count} of {rides} rides, {done.Count / Stopwatch.GetElapsedTime(started).TotalSeconds:0.0}/s";
                        }
                        if (completed is not null)
                            await completed(count, giveUp.Token);
                    }
                })
        );
        try
        {
            if (await Task.WhenAny([riding, .. driving]) is var first && first != riding)
            {
                await giveUp.CancelAsync();
                await first;
            }
            await riding;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"{done.Count} of {rides} rides were done, and no further one for {s_stall.TotalMinutes} min. {system.Output}"
            );
        }
        bar.Value = bar.MaxValue;
        _driven.AddRange(done.Select(ride => ride.Id));
        return done;

        string? NextRider()
        {
            lock (riders)
                return left-- > 0 ? riders.Dequeue() : null;
        }
    }

    /// <summary>Requests rides at a constant rate, however many are in progress, and waits until all are done.</summary>
    public async Task<IReadOnlyList<CompletedRide>> AtPace(
        string name,
        int rides,
        double ridesPerSecond,
        Queue<string> riders,
        Task[] driving,
        CancellationToken cancellationToken
    )
    {
        var bar = progress.AddTask(name, maxValue: Math.Max(1, rides));
        city.ResetPace();
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        giveUp.CancelAfter(s_stall + TimeSpan.FromSeconds(rides / ridesPerSecond));
        var started = Stopwatch.GetTimestamp();
        var requested = new List<Task<CompletedRide>>(rides);
        for (var number = 0; number < rides; number++)
        {
            var due = TimeSpan.FromSeconds(number / ridesPerSecond) - Stopwatch.GetElapsedTime(started);
            if (due > TimeSpan.Zero)
                await Task.Delay(due, giveUp.Token);
            requested.Add(city.Ride(riders.Dequeue(), giveUp.Token));
            bar.Increment(1);
        }
        var riding = Task.WhenAll(requested);
        if (await Task.WhenAny([riding, .. driving]) is var first && first != riding)
            await first;
        var done = await riding;
        _driven.AddRange(done.Select(ride => ride.Id));
        return done;
    }

    /// <summary>Waits until the outbox is empty and no message has been handled for a second.</summary>
    public async Task Settled(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        // Notifications and analytics fall behind a load that saturates the machine, the more the longer it lasts.
        var timeout = TimeSpan.FromTicks(Math.Max(s_settling.Ticks, Stopwatch.GetElapsedTime(_begun).Ticks));
        var bar = progress.AddTask("follow-up work", maxValue: 1);
        for (var known = await system.Counts(cancellationToken); ; )
        {
            await Task.Delay(Quiet, cancellationToken);
            var now = await system.Counts(cancellationToken);
            if (now.Received == known.Received && now.Sent == known.Sent && await system.OutboxLength() == 0)
            {
                bar.Value = bar.MaxValue;
                return;
            }
            bar.Description = $"follow-up work: {now.Received - known.Received} messages in the last second";
            if (Stopwatch.GetElapsedTime(started) > timeout)
                throw new TimeoutException(
                    $"Messages were still handled {timeout.TotalMinutes:0} min after the last ride, or lie in the outbox ({await system.OutboxLength()})."
                );
            known = now;
        }
    }

    /// <summary>Leaves the rides so far out of the final check.</summary>
    /// <param name="position">The last position in the log.</param>
    public void Forget(long position)
    {
        _before = position;
        _driven.Clear();
    }

    /// <summary>Reads the event log, and describes each guarantee that was broken in a sentence.</summary>
    public async Task<IReadOnlyList<string>> Breaches(CancellationToken cancellationToken)
    {
        var operations = await api.SignIn("operator", cancellationToken);
        var log = new List<JsonElement>();
        for (var after = _before; ; )
        {
            var page = await api.Do(
                HttpMethod.Get,
                $"events?after={after}&limit={EventsPerPage}",
                operations,
                null,
                cancellationToken
            );
            log.AddRange(page.GetProperty("items").EnumerateArray());
            if (page.GetProperty("next").GetInt64() is var next && next == after)
                break;
            after = next;
        }
        var breaches = EventLogInvariants.Breaches(log, _driven, _before).ToList();
        if (await system.OutboxLength() is > 0 and var left)
            breaches.Add($"{left} messages are left in the outbox.");
        return breaches;
    }

    static async Task<T[]> AtOnce<T>(int count, Func<int, Task<T>> work)
    {
        var results = new T[count];
        await Parallel.ForAsync(
            0,
            count,
            new ParallelOptions { MaxDegreeOfParallelism = SignInsAtOnce },
            async (number, _) => results[number] = await work(number)
        );
        return results;
    }
}
