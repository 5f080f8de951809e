using System.Text.Json;
using RideBooking.Demo.People;

namespace RideBooking.Demo.Watching;

/// <summary>The operator on duty, who uses the same API as any other operator.</summary>
internal sealed class Operator(Api api, TimeProvider clock)
{
    const int Page = 1000;
    static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(300);

    readonly Session _app = api.For("operator", "demo-operator");

    /// <summary>Returns the position of the last event.</summary>
    public async Task<long> Head(CancellationToken cancellationToken)
    {
        // Positions have no gaps, so a binary search finds the end.
        async Task<bool> Exists(long position) => (await Events(position - 1, 1, cancellationToken)).Events.Count > 0;
        var (last, beyond) = (0L, 1L);
        while (await Exists(beyond))
            (last, beyond) = (beyond, beyond * 2);
        while (beyond - last > 1)
        {
            var middle = last + (beyond - last) / 2;
            if (await Exists(middle))
                last = middle;
            else
                beyond = middle;
        }
        return last;
    }

    /// <summary>Returns the events after a position, and the position from which to continue.</summary>
    public Task<(IReadOnlyList<JsonElement> Events, long Next)> Events(
        long after,
        CancellationToken cancellationToken
    ) => Events(after, Page, cancellationToken);

    /// <summary>Returns the error and skipped queues that are not empty.</summary>
    public async Task<IReadOnlyList<ErrorQueue>> ErrorQueues(CancellationToken cancellationToken)
    {
        var response = await _app.Do(HttpMethod.Get, "operations/error-queues", null, cancellationToken);
        return [.. response.GetProperty("items").EnumerateArray().Select(Read)];

        static ErrorQueue Read(JsonElement queue) =>
            new(
                queue.GetProperty("queue").GetString()!,
                queue.GetProperty("count").GetInt32(),
                queue.TryGetProperty("oldestAgeSeconds", out var age) && age.ValueKind == JsonValueKind.Number
                    ? age.GetDouble()
                    : null,
                queue
                    .GetProperty("topFingerprints")
                    .EnumerateArray()
                    .Select(reason => reason.TryGetProperty("exceptionMessage", out var why) ? why.GetString() : null)
                    .FirstOrDefault()
            );
    }

    /// <summary>Redrives all messages of a queue, and waits until they are sent.</summary>
    /// <returns>The result, in words.</returns>
    public async Task<string> Redrive(string queue, CancellationToken cancellationToken)
    {
        var request = new { selection = new { queue }, reason = "Requested on the demo's screen" };
        var redrive = await _app.Do(HttpMethod.Post, "operations/redrives", request, cancellationToken);
        var path = $"operations/redrives/{redrive.GetProperty("id").GetString()}";
        while (redrive.GetProperty("status").GetString() == Spellings.RedriveRunning)
        {
            await Task.Delay(s_pollInterval, clock, cancellationToken);
            redrive = await _app.Do(HttpMethod.Get, path, null, cancellationToken);
        }
        var sent = redrive.GetProperty("sent").GetInt32();
        return redrive.GetProperty("status").GetString() == Spellings.RedriveCompleted
            ? $"{sent} of {queue} sent back"
            : $"{queue}: {redrive.GetProperty("error")}";
    }

    async Task<(IReadOnlyList<JsonElement> Events, long Next)> Events(
        long after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var page = await _app.Do(HttpMethod.Get, $"events?after={after}&limit={limit}", null, cancellationToken);
        return ([.. page.GetProperty("items").EnumerateArray()], page.GetProperty("next").GetInt64());
    }
}
