using System.Diagnostics;
using System.Text.Json;

namespace RideBooking.Benchmarks.Failures;

/// <summary>Measures what an operator does with the stored messages: pages, redrives, discards and repairs.</summary>
/// <param name="api">The API.</param>
/// <param name="system">The host, for its processor time.</param>
/// <param name="settings">The numbers of messages.</param>
sealed class OperatorRequests(Api api, SystemUnderTest system, FailuresSettings settings)
{
    const int WarmUps = 2;
    const int Repetitions = 20;
    const int PageSize = 100;
    const int DeepPage = 50;
    const string Messages = "operations/failed-messages";
    const string Reason = "a benchmark";
    static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan s_pauseOfReader = TimeSpan.FromMilliseconds(50);
    static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(15);

    /// <summary>Measures how long an operator waits for pages.</summary>
    /// <param name="ride">A ride with several messages.</param>
    /// <param name="text">A text that few messages have.</param>
    /// <param name="measured">Called after each of them.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    public async Task<IReadOnlyList<PageTime>> Pages(
        Guid ride,
        string text,
        Action<string> measured,
        CancellationToken cancellationToken
    )
    {
        var of = SyntheticFailure.ToDiscard;
        var first = await First(of, cancellationToken);
        var (id, fingerprint) = (first.GetProperty("id").GetString(), first.GetProperty("fingerprint").GetString());
        var deep = await CursorOf(DeepPage, cancellationToken);
        (string Name, HttpMethod Method, string Path, object? Body)[] requests =
        [
            ("GET operations/error-queues", HttpMethod.Get, "operations/error-queues", null),
            ("groups of failures", HttpMethod.Get, "operations/failure-groups", null),
            ("groups by the status of the ride", HttpMethod.Get, "operations/failure-groups?by=rideStatus", null),
            ("GET operations/failures", HttpMethod.Get, "operations/failures", null),
            ($"first page of {PageSize} messages", HttpMethod.Get, $"{Messages}?limit={PageSize}", null),
            ($"page {DeepPage + 1}", HttpMethod.Get, $"{Messages}?limit={PageSize}&cursor={deep}", null),
            (
                "first page of a queue and a fingerprint",
                HttpMethod.Get,
                $"{Messages}?limit={PageSize}&queue={of.Queue}&fingerprint={fingerprint}",
                null
            ),
            (
                "messages with a text that few have",
                HttpMethod.Get,
                $"{Messages}?limit={PageSize}&text={Uri.EscapeDataString(text)}",
                null
            ),
            ("messages of a ride", HttpMethod.Get, $"{Messages}?limit={PageSize}&rideId={ride}", null),
            ("one message", HttpMethod.Get, $"{Messages}/{id}", null),
            (
                "dry run of a redrive of all",
                HttpMethod.Post,
                "operations/redrives",
                new
                {
                    selection = new { failedAfter = DateTimeOffset.UnixEpoch },
                    dryRun = true,
                    reason = Reason,
                }
            ),
            ("GET operations/endpoints", HttpMethod.Get, "operations/endpoints", null),
            ("the same without history", HttpMethod.Get, "operations/endpoints?history=false", null),
            ("GET operations/backlog", HttpMethod.Get, "operations/backlog", null),
        ];
        var times = new List<PageTime>();
        foreach (var (name, method, path, body) in requests)
        {
            var token = await api.SignIn("operator", cancellationToken);
            var (bytes, measurements) = (0, new List<TimeSpan>());
            for (var number = 0; number < WarmUps + Repetitions; number++)
            {
                var started = Stopwatch.GetTimestamp();
                bytes = await api.Read(method, path, token, body, cancellationToken);
                if (number >= WarmUps)
                    measurements.Add(Stopwatch.GetElapsedTime(started));
            }
            times.Add(new PageTime(name, Latency.Of(measurements), bytes));
            measured(name);
        }
        return times;
    }

    /// <summary>Redrives messages without a limit of the rate, and waits for their outcomes.</summary>
    public async Task<ActionTime> Redrive(string name, SyntheticFailure failure, CancellationToken cancellationToken)
    {
        var selection = await Selection(failure, cancellationToken);
        var token = await api.SignIn("operator", cancellationToken);
        TimeSpan answered = default,
            sent = default,
            known = default;
        var (beside, processor) = await Beside(
            settings.Redriven,
            async () =>
            {
                var started = Stopwatch.GetTimestamp();
                var accepted = await api.Do(
                    HttpMethod.Post,
                    "operations/redrives",
                    token,
                    new { selection, reason = Reason },
                    cancellationToken
                );
                answered = Stopwatch.GetElapsedTime(started);
                Expect(name, settings.Redriven, accepted.GetProperty("selected").GetInt32());
                started = Stopwatch.GetTimestamp();
                while (known == default)
                {
                    await Task.Delay(s_poll, cancellationToken);
                    var now = await api.Do(
                        HttpMethod.Get,
                        $"operations/redrives/{accepted.GetProperty("id").GetGuid()}",
                        token,
                        null,
                        cancellationToken
                    );
                    var elapsed = Stopwatch.GetElapsedTime(started);
                    if (sent == default && now.GetProperty("sent").GetInt32() == settings.Redriven)
                        sent = elapsed;
                    var outcomes = now.GetProperty("outcomes")
                        .EnumerateObject()
                        .ToDictionary(outcome => outcome.Name, outcome => outcome.Value.GetInt32());
                    if (sent != default && outcomes.Values.Sum() == settings.Redriven && outcomes["pending"] == 0)
                        known = elapsed;
                    else if (
                        elapsed > s_timeout
                        || now.GetProperty("status").GetString() is not ("running" or "completed")
                    )
                        throw new TimeoutException($"{name} does not end: {now}");
                }
            },
            cancellationToken
        );
        return new ActionTime(
            name,
            settings.Redriven,
            answered.TotalSeconds,
            sent.TotalSeconds,
            known.TotalSeconds,
            beside,
            processor
        );
    }

    /// <summary>Discards messages, and restores them.</summary>
    public async Task<IReadOnlyList<ActionTime>> DiscardAndRestore(CancellationToken cancellationToken)
    {
        var selection = await Selection(SyntheticFailure.ToDiscard, cancellationToken);
        var request = new { selection, reason = Reason };
        return
        [
            await Change("discard", $"{Messages}/discard", request, "discarded", settings.Discarded, cancellationToken),
            await Change("restore", $"{Messages}/restore", request, "restored", settings.Discarded, cancellationToken),
        ];
    }

    /// <summary>Corrects messages by a JSON patch.</summary>
    public async Task<ActionTime> Repair(CancellationToken cancellationToken)
    {
        const string path = $"/{SyntheticFailure.BrokenMember}";
        var selection = await Selection(SyntheticFailure.ToRepair, cancellationToken);
        object[] patch =
        [
            new
            {
                op = "test",
                path,
                value = SyntheticFailure.BrokenValue,
            },
            new
            {
                op = "replace",
                path,
                value = 840,
            },
        ];
        return await Change(
            "repair by a JSON patch",
            $"{Messages}/repair",
            new
            {
                selection,
                patch,
                reason = Reason,
            },
            "changed",
            settings.Repaired,
            cancellationToken
        );
    }

    async Task<ActionTime> Change(
        string name,
        string path,
        object request,
        string changed,
        int messages,
        CancellationToken cancellationToken
    )
    {
        var token = await api.SignIn("operator", cancellationToken);
        TimeSpan time = default;
        var (beside, processor) = await Beside(
            messages,
            async () =>
            {
                var started = Stopwatch.GetTimestamp();
                var answer = await api.Do(HttpMethod.Post, path, token, request, cancellationToken);
                time = Stopwatch.GetElapsedTime(started);
                Expect(name, messages, answer.GetProperty(changed).GetInt32());
            },
            cancellationToken
        );
        return new ActionTime(name, messages, time.TotalSeconds, null, null, beside, processor);
    }

    /// <summary>Gets a message again and again while something is done with others.</summary>
    async Task<(Latency Time, IReadOnlyDictionary<string, double> Processor)> Beside(
        int messages,
        Func<Task> work,
        CancellationToken cancellationToken
    )
    {
        var token = await api.SignIn("operator", cancellationToken);
        var other = (await First(SyntheticFailure.Others[0], cancellationToken)).GetProperty("id").GetString();
        var times = new List<TimeSpan>();
        var processor = await system.Processor(cancellationToken);
        var working = work();
        while (!working.IsCompleted)
        {
            var started = Stopwatch.GetTimestamp();
            await api.Read(HttpMethod.Get, $"{Messages}/{other}", token, null, cancellationToken);
            times.Add(Stopwatch.GetElapsedTime(started));
            await Task.WhenAny(working, Task.Delay(s_pauseOfReader, cancellationToken));
        }
        await working;
        return (Latency.Of(times), ProcessUse.Each(processor, await system.Processor(cancellationToken), messages));
    }

    async Task<object> Selection(SyntheticFailure failure, CancellationToken cancellationToken) =>
        new
        {
            queue = failure.Queue,
            fingerprint = (await First(failure, cancellationToken)).GetProperty("fingerprint").GetString(),
        };

    /// <summary>Gets the oldest message of a failure.</summary>
    async Task<JsonElement> First(SyntheticFailure failure, CancellationToken cancellationToken)
    {
        // A text without what differs from one message to the next.
        var text = failure.Exception(Guid.Empty, 0).Split("00000000")[0].TrimEnd('0');
        var page = await api.Do(
            HttpMethod.Get,
            $"{Messages}?queue={failure.Queue}&messageType={failure.Event.Name}&text={Uri.EscapeDataString(text)}&limit=1",
            await api.SignIn("operator", cancellationToken),
            null,
            cancellationToken
        );
        return page.GetProperty("items")[0];
    }

    async Task<string> CursorOf(int pages, CancellationToken cancellationToken)
    {
        var token = await api.SignIn("operator", cancellationToken);
        var cursor = "";
        for (var number = 0; number < pages; number++)
        {
            var path = $"{Messages}?limit={PageSize}&cursor={cursor}";
            var page = await api.Do(HttpMethod.Get, path, token, null, cancellationToken);
            // With few messages, the last page is the deepest.
            if (page.GetProperty("nextCursor").GetString() is not { } next)
                break;
            cursor = Uri.EscapeDataString(next);
        }
        return cursor;
    }

    static void Expect(string what, int expected, int found)
    {
        if (found != expected)
            throw new InvalidOperationException($"{what} took {found} messages instead of {expected}.");
    }
}
