namespace MassTransit.QuartzIntegration;

/// <summary>The system's clock, shifted forward by <see cref="QuartzTimeAdjustment"/>.</summary>
sealed class AdjustableTimeProvider : TimeProvider
{
    readonly Lock _lock = new();
    readonly List<Shift> _shifts = [];

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Offset;

    public TimeSpan Offset
    {
        get
        {
            lock (_lock)
                return _shifts.Count == 0 ? TimeSpan.Zero : _shifts[^1].Offset;
        }
    }

    /// <summary>Returns the shift at an instant of the system's clock.</summary>
    /// <remarks>
    /// A sender computes "in ten seconds" from the system's clock when it sends. If this clock is advanced while that message
    /// is in transit, the ten seconds have already begun.
    /// </remarks>
    public TimeSpan OffsetAt(DateTimeOffset systemTime)
    {
        lock (_lock)
            return _shifts.FindLast(shift => shift.Since <= systemTime)?.Offset ?? TimeSpan.Zero;
    }

    public void Advance(TimeSpan duration)
    {
        lock (_lock)
            _shifts.Add(new Shift(System.GetUtcNow(), Offset + duration));
    }

    public void Reset()
    {
        lock (_lock)
            _shifts.Clear();
    }

    sealed record Shift(DateTimeOffset Since, TimeSpan Offset);
}
