using System.Diagnostics;
using System.Text.Json;
using Spectre.Console;

namespace RideBooking.Benchmarks.Failures;

/// <summary>
/// Measures failed messages on RabbitMQ and PostgreSQL: rides alone and beside failures, many failures at once, and what an
/// operator does with the stored messages.
/// </summary>
sealed class FailuresBenchmark(FailuresSettings settings, SystemUnderTest system, Api api, ProgressContext progress)
{
    const int MessagesPerRide = 10;
    const int OthersPerRide = 4;

    // So many that every page that is measured finds some.
    const int MinOthers = 1000;

    static readonly SyntheticFailure s_ofManyRides = SyntheticFailure.Redrivable("The schema is older than the host.");
    static readonly SyntheticFailure s_ofFewRides = SyntheticFailure.Redrivable("The lock was not granted in time.");
    static readonly string[] s_queues =
    [
        .. SyntheticFailure
            .Others.Append(SyntheticFailure.ToDiscard)
            .Append(SyntheticFailure.ToRepair)
            .Append(s_ofManyRides)
            .Select(failure => failure.Queue)
            .Distinct(),
    ];

    readonly RideLoad _load = new(new City(api, settings.Seed), api, system, progress);
    readonly StoredFailures _stored = new(system);
    readonly MemoryWatch _memory = new(system);
    readonly Guid _ride = Guid.CreateVersion7();
    readonly List<string> _breaches = [];

    /// <returns>The exit code: 0, or 1 if a message or a ride was lost.</returns>
    public static async Task<int> Run(FailuresSettings settings, bool json, CancellationToken cancellationToken)
    {
        if (settings.Others < MinOthers)
            throw new ArgumentException(
                $"--stored is at least {MinOthers} more than the messages of all actions: twice --redriven, --discarded and --repaired."
            );
        var console = json
            ? AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(System.Console.Error) })
            : AnsiConsole.Console;
        var result = await console
            .Progress()
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn(),
                new PercentageColumn(),
                new ElapsedTimeColumn()
            )
            .StartAsync(async progress =>
            {
                var starting = progress.AddTask("start the host on PostgreSQL and RabbitMQ", maxValue: 1);
                await using var system = await SystemUnderTest.Start(Transport.RabbitMq, Database.Postgres);
                starting.Increment(1);
                using var api = new Api(system.Address, idempotencyKeys: false);
                return await new FailuresBenchmark(settings, system, api, progress).Measure(cancellationToken);
            });
        if (json)
            System.Console.WriteLine(JsonSerializer.Serialize(result, Report.Json));
        else
            foreach (var table in FailuresReport.Tables(result))
                console.Write(table);
        foreach (var breach in result.Breaches)
            await System.Console.Error.WriteLineAsync(breach);
        return result.Breaches.Count == 0 ? 0 : 1;
    }

    async Task<FailuresResult> Measure(CancellationToken cancellationToken)
    {
        await using var publisher = await ErrorQueuePublisher.Connect(system.Broker!, cancellationToken);
        var besideRides = new RidesBesideFailures(settings, system, _load, publisher, _stored, progress);
        var (perSecond, atPace, fullLoad) = await _memory.During(
            "rides",
            () => besideRides.Measure(cancellationToken),
            cancellationToken
        );
        _breaches.AddRange(await _load.Breaches(cancellationToken));
        await CheckCount("after the rides", publisher.Published);
        await _stored.Clear();

        await _memory.Now("before", cancellationToken);
        var fill = await _memory.During("fill", () => Fill(publisher, cancellationToken), cancellationToken);
        await _stored.Analyze();
        await _memory.Now("all stored", cancellationToken);

        var requests = new OperatorRequests(api, system, settings);
        var bar = progress.AddTask("pages", maxValue: 1);
        var pages = await _memory.During(
            "pages",
            () =>
                requests.Pages(
                    _ride,
                    $"request {settings.Stored / 2 / SyntheticFailure.MessagesPerRequest}",
                    page => bar.Description = $"pages: {page}",
                    cancellationToken
                ),
            cancellationToken
        );
        bar.Value = bar.MaxValue;
        var consolePages = settings.Browser is null ? [] : await ConsolePages(settings.Browser, cancellationToken);
        var actions = await Actions(requests, cancellationToken);
        await _memory.Now("at the end", cancellationToken);
        await CheckStates();
        if (await publisher.Depth(s_queues, cancellationToken) is > 0 and var left)
            _breaches.Add($"{left} messages are left in the error queues.");
        return new FailuresResult(
            settings,
            Machine.This(system.SyncedWrite()),
            perSecond,
            atPace,
            fullLoad,
            fill,
            pages,
            consolePages,
            actions,
            _memory.Peaks,
            _breaches
        );
    }

    async Task<IReadOnlyList<PageTime>> ConsolePages(string browser, CancellationToken cancellationToken)
    {
        var bar = progress.AddTask("pages of the console", maxValue: 1);
        var pages = await new ConsolePages(system.Address, browser).Measure(
            await _stored.OneOf(_ride),
            _ride,
            SyntheticFailure.ToDiscard.Queue,
            page => bar.Description = $"pages of the console: {page}",
            cancellationToken
        );
        bar.Value = bar.MaxValue;
        return pages;
    }

    async Task<Fill> Fill(ErrorQueuePublisher publisher, CancellationToken cancellationToken)
    {
        var bar = progress.AddTask($"{settings.Stored} failed messages", maxValue: 2.0 * settings.Stored);
        var (processor, started) = (await system.Processor(cancellationToken), Stopwatch.GetTimestamp());
        await publisher.Publish(ToStore(), count => bar.Increment(count), cancellationToken);
        var (published, storedThen) = (Stopwatch.GetElapsedTime(started), await _stored.Count());
        var afterwards = Stopwatch.GetTimestamp();
        await _stored.WaitFor(
            settings.Stored,
            publisher,
            s_queues,
            left => bar.Value = 2 * settings.Stored - left,
            cancellationToken
        );
        var (seconds, rest) = (
            Stopwatch.GetElapsedTime(started).TotalSeconds,
            Stopwatch.GetElapsedTime(afterwards).TotalSeconds
        );
        bar.Value = bar.MaxValue;
        return new Fill(
            settings.Stored,
            settings.Stored / published.TotalSeconds,
            seconds,
            settings.Stored - storedThen,
            (settings.Stored - storedThen) / rest,
            ProcessUse.Each(processor, await system.Processor(cancellationToken), settings.Stored)
        );
    }

    /// <summary>Makes the messages in random order, because the failures of different endpoints come at the same time.</summary>
    IEnumerable<ErrorQueueMessage> ToStore()
    {
        var (few, others) = (Guid.Empty, Guid.Empty);
        var messages = new List<(SyntheticFailure Failure, Guid Ride)>(settings.Stored);
        for (var number = 0; number < settings.Redriven; number++)
        {
            few = number % MessagesPerRide == 0 ? Guid.CreateVersion7() : few;
            messages.Add((s_ofManyRides, Guid.CreateVersion7()));
            messages.Add((s_ofFewRides, few));
        }
        for (var number = 0; number < settings.Discarded; number++)
            messages.Add((SyntheticFailure.ToDiscard, Guid.CreateVersion7()));
        for (var number = 0; number < settings.Repaired; number++)
            messages.Add((SyntheticFailure.ToRepair, Guid.CreateVersion7()));
        for (var number = 0; number < settings.Others; number++)
        {
            others =
                number == 0 ? _ride
                : number % OthersPerRide == 0 ? Guid.CreateVersion7()
                : others;
            messages.Add((SyntheticFailure.Others[number % SyntheticFailure.Others.Count], others));
        }
        var shuffled = messages.ToArray();
        new Random(settings.Seed).Shuffle(shuffled);
        var begin = DateTimeOffset.UtcNow.AddMilliseconds(-settings.Stored);
        return shuffled.Select(
            (message, number) => message.Failure.Message(message.Ride, number, begin.AddMilliseconds(number))
        );
    }

    async Task<IReadOnlyList<ActionTime>> Actions(OperatorRequests requests, CancellationToken cancellationToken)
    {
        List<ActionTime> actions =
        [
            await Part(
                "redrive, each message of another ride",
                name => requests.Redrive(name, s_ofManyRides, cancellationToken)
            ),
            await Part(
                $"redrive, {MessagesPerRide} messages of each ride",
                name => requests.Redrive(name, s_ofFewRides, cancellationToken)
            ),
        ];
        actions.AddRange(await Part("discard and restore", _ => requests.DiscardAndRestore(cancellationToken)));
        actions.Add(await Part("repair by a JSON patch", _ => requests.Repair(cancellationToken)));
        return actions;

        async Task<T> Part<T>(string name, Func<string, Task<T>> act)
        {
            var bar = progress.AddTask(name, maxValue: 1);
            var result = await _memory.During(name, () => act(name), cancellationToken);
            bar.Value = bar.MaxValue;
            return result;
        }
    }

    async Task CheckCount(string when, long published)
    {
        if (await _stored.Count() is var count && count != published)
            _breaches.Add($"{published} messages were published, and {count} are in the store {when}.");
    }

    /// <summary>Checks that each message is in the state that follows from the actions, and that each redriven one has an outcome.</summary>
    async Task CheckStates()
    {
        await CheckCount("at the end", settings.Stored);
        var states = await _stored.ByState();
        Check("failed", settings.Stored - 2 * settings.Redriven, state => state.State == "failed");
        Check(
            "redriven and consumed",
            2 * settings.Redriven,
            state => state is { State: "redriven", Outcome: "consumed" }
        );
        Check("repaired", settings.Repaired, state => state.Edited);

        void Check(string what, int expected, Func<(string State, string? Outcome, bool Edited, long Count), bool> isSo)
        {
            if (states.Where(isSo).Sum(state => state.Count) is var count && count != expected)
                _breaches.Add($"{count} messages are {what} instead of {expected}: {string.Join(", ", states)}.");
        }
    }
}
