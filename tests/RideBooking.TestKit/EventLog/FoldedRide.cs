using RideBooking.EventLog;
using RideBooking.Rides;

namespace RideBooking.TestKit.EventLog;

/// <summary>A ride folded as the API does, for the benchmarks: a module opens its internals to the tests only.</summary>
internal sealed class FoldedRide
{
    RideState _state = RideState.Empty;

    public Guid? Id => _state.Ride?.Id;

    public int Version => _state.Version;

    public static FoldedRide Of(IEnumerable<LoggedEvent> events) => new() { _state = RideState.Of(events) };

    public void Apply(object happened) => _state = _state.Apply(happened);
}
