namespace RideBooking.Demo.People;

/// <summary>How fast the city lives. A change holds at once, for whoever is waiting, too.</summary>
internal sealed class Pace(DemoArguments arguments, TimeProvider clock)
{
    /// <summary>An eighth of the ordinary pace.</summary>
    public const decimal Slowest = 0.125m;

    /// <summary>As fast as makes sense: a ride takes less than a second.</summary>
    public const decimal Fastest = 32;

    static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(250);

    volatile bool _paused;
    double _current = arguments.Pace;

    /// <summary>How many seconds of the city pass in one of ours.</summary>
    public double Current
    {
        get => Volatile.Read(ref _current);
        set => Volatile.Write(ref _current, Math.Clamp(value, (double)Slowest, (double)Fastest));
    }

    /// <summary>Whether riders ask for no more rides.</summary>
    public bool Paused
    {
        get => _paused;
        set => _paused = value;
    }

    /// <summary>Waits until so many seconds of the city have passed.</summary>
    public async Task Pass(double seconds, CancellationToken cancellationToken)
    {
        while (seconds > 0)
        {
            var pace = Current;
            // A delay drops what is below a millisecond: rounded down, the rest would be waited for by asking the clock.
            var step = TimeSpan.FromMilliseconds(Math.Ceiling(Math.Min(seconds / pace, s_step.TotalSeconds) * 1000));
            var began = clock.GetTimestamp();
            await Task.Delay(step, clock, cancellationToken);
            seconds -= clock.GetElapsedTime(began).TotalSeconds * pace;
        }
    }

    /// <summary>Waits while the city is paused.</summary>
    public async Task WhilePaused(CancellationToken cancellationToken)
    {
        while (Paused)
            await Task.Delay(s_step, clock, cancellationToken);
    }
}
