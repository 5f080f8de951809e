using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.Demo.People;
using RideBooking.Demo.Watching;

namespace RideBooking.Demo.Screen;

/// <summary>What the viewer does by the keys that the screen names.</summary>
internal sealed partial class Keyboard(
    Operator by,
    BrokenConsumer consumer,
    Pace pace,
    TimeProvider clock,
    IHostApplicationLifetime lifetime,
    ILogger<Keyboard> log
)
{
    static readonly TimeSpan s_noticeStays = TimeSpan.FromSeconds(8);

    Task _redrive = Task.CompletedTask;
    (string Text, long At)? _notice;

    /// <summary>Whether there is a keyboard.</summary>
    public bool Works { get; } = !Console.IsInputRedirected;

    /// <summary>What became of the last key, for a while.</summary>
    public string? Notice
    {
        get => _notice is { } notice && clock.GetElapsedTime(notice.At) < s_noticeStays ? notice.Text : null;
        private set => _notice = value is null ? null : (value, clock.GetTimestamp());
    }

    /// <summary>Listens from now on.</summary>
    public void Listen(CancellationToken cancellationToken)
    {
        if (!Works)
            return;
        // One thread that always reads: between two reads the terminal would echo what is typed. It ends with the process.
        new Thread(() =>
        {
            while (!cancellationToken.IsCancellationRequested)
                Press(Console.ReadKey(intercept: true).KeyChar, cancellationToken);
        })
        {
            IsBackground = true,
            Name = "Keys of the demo",
        }.Start();
    }

    void Press(char key, CancellationToken cancellationToken)
    {
        switch (char.ToLowerInvariant(key))
        {
            case 'b':
                consumer.Broken = !consumer.Broken;
                Notice = consumer.Broken
                    ? "Fares are broken now: completed rides fail in compute-fare, are tried again, and then lie in its error queue"
                    : "Fares are mended: what still waits to be tried again succeeds; press r for what lies in the error queue";
                break;
            case 'r' when _redrive.IsCompleted:
                Notice = "Redriving…";
                _redrive = Redrive(cancellationToken);
                break;
            case 'p':
                pace.Paused = !pace.Paused;
                Notice = pace.Paused ? "Riders ask for no more rides; those under way go on" : "Riders ride again";
                break;
            case '+' or '=':
                pace.Current *= 2;
                break;
            case '-' or '_':
                pace.Current /= 2;
                break;
            case 'q':
                lifetime.StopApplication();
                break;
        }
    }

    async Task Redrive(CancellationToken cancellationToken)
    {
        try
        {
            List<string> done = [];
            foreach (var queue in await by.ErrorQueues(cancellationToken))
                done.Add(await by.Redrive(queue.Name, cancellationToken));
            Notice = done.Count == 0 ? "There is nothing to redrive" : string.Join("; ", done);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailure(failure);
            Notice = $"The redrive failed: {failure.Message}";
        }
    }

    [LoggerMessage(LogLevel.Warning, "A redrive asked for on the screen failed")]
    partial void LogFailure(Exception failure);
}
