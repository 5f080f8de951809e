using System.Diagnostics;

namespace RideBooking.TestKit.Api;

/// <summary>Polling with a timeout.</summary>
public interface IPolling
{
    /// <summary>Waits until the next attempt is due; returns false once the timeout has elapsed.</summary>
    Task<bool> PauseAsync();
}

/// <summary>Polls in real time.</summary>
/// <param name="timeout">The time after which polling ends.</param>
/// <param name="pause">The time between two attempts.</param>
public sealed class RealTimePolling(TimeSpan timeout, TimeSpan pause) : IPolling
{
    readonly long _since = Stopwatch.GetTimestamp();

    public async Task<bool> PauseAsync()
    {
        await Task.Delay(pause);
        return Stopwatch.GetElapsedTime(_since) < timeout;
    }

    public override string ToString() => $"{timeout.TotalSeconds} s";
}
