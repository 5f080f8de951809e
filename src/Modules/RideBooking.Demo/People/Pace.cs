namespace RideBooking.Demo.People;

/// <summary>Sets how fast the city runs. A change takes effect at once, also for people who are waiting.</summary>
internal sealed class Pace(DemoArguments arguments, TimeProvider clock)
{
    /// <summary>An eighth of the ordinary pace.</summary>
    public const decimal Slowest = 0.125m;

    /// <summary>The fastest reasonable pace: a ride takes less than a second.</summary>
    public const decimal Fastest = 32;

    static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(250);

    volatile bool _paused;
    double _current = arguments.Pace;

    /// <summary>How many seconds of city time pass in one second of real time.</summary>
    public double Current
    {
        get => Volatile.Read(ref _current);
        set => Volatile.Write(ref _current, Math.Clamp(value, (double)Slowest, (double)Fastest));
    }

    /// <summary>Whether riders request no more rides.</summary>
    public bool Paused
    {
        get => _paused;
        set => _paused = value;
    }

    /// <summary>Waits until this many seconds of city time have passed.</summary>
    public async Task Pass(double seconds, CancellationToken cancellationToken)
    {
        while (seconds > 0)
        {
            var pace = Current;
            // A delay is truncated to milliseconds. Rounding down would make the loop spin on the clock for the remainder.
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
