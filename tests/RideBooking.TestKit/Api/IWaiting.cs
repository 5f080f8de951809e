using System.Diagnostics;

namespace RideBooking.Tests.Api;

/// <summary>How the people of a city wait for something that happens by itself.</summary>
public interface IWaiting
{
    /// <summary>Lets something happen. False when the patience has ended and nothing more is to be expected.</summary>
    Task<bool> ALittle();
}

/// <summary>Waits for the time to pass, as people do.</summary>
/// <param name="patience">How long they look again before they give up.</param>
/// <param name="pause">How long until they look again.</param>
public sealed class RealWaiting(TimeSpan patience, TimeSpan pause) : IWaiting
{
    readonly long _since = Stopwatch.GetTimestamp();

    public async Task<bool> ALittle()
    {
        await Task.Delay(pause);
        return Stopwatch.GetElapsedTime(_since) < patience;
    }

    public override string ToString() => $"{patience.TotalSeconds} s";
}
