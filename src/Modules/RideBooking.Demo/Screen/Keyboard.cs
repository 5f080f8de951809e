using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.Demo.People;
using RideBooking.Demo.Watching;

namespace RideBooking.Demo.Screen;

/// <summary>Carries out the viewer's key presses.</summary>
internal sealed class Keyboard(
    Operator by,
    BrokenConsumer consumer,
    Pace pace,
    TimeProvider clock,
    IHostApplicationLifetime lifetime,
    ILogger<Keyboard> logger
)
{
    static readonly TimeSpan s_statusMessageDuration = TimeSpan.FromSeconds(8);

    Task _redrive = Task.CompletedTask;
    (string Text, long At)? _statusMessage;

    /// <summary>Whether a keyboard is available.</summary>
    public bool Works { get; } = !Console.IsInputRedirected;

    /// <summary>The result of the last key press, for a limited time.</summary>
    public string? StatusMessage
    {
        get =>
            _statusMessage is { } message && clock.GetElapsedTime(message.At) < s_statusMessageDuration
                ? message.Text
                : null;
        private set => _statusMessage = value is null ? null : (value, clock.GetTimestamp());
    }

    /// <summary>Starts to listen for keys.</summary>
    public void Listen(CancellationToken cancellationToken)
    {
        if (!Works)
            return;
        // One thread reads all the time, because the terminal would echo keys typed between two reads. It ends with the
        // process.
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
                StatusMessage = consumer.Broken
                    ? "Fares are broken: completed rides fail in compute-fare, are retried, and then go to its error queue"
                    : "Fares are fixed: messages that wait for a retry succeed; press r to redrive the error queue";
                break;
            case 'r' when _redrive.IsCompleted:
                StatusMessage = "Redriving…";
                _redrive = Redrive(cancellationToken);
                break;
            case 'p':
                pace.Paused = !pace.Paused;
                StatusMessage = pace.Paused
                    ? "Riders request no more rides; rides under way continue"
                    : "Riders request rides again";
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
            StatusMessage = done.Count == 0 ? "No messages to redrive" : string.Join("; ", done);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogWarning(exception, "A redrive requested on the screen failed; press r to try again");
            StatusMessage = $"The redrive failed: {exception.Message}";
        }
    }
}
