using RideBooking.Contracts;
using RideBooking.EventLog.Subscriptions;

namespace RideBooking.Analytics;

/// <summary>Records when each shift of a driver began and ended. One row per shift.</summary>
internal sealed class RecordShiftFacts : Projection<ShiftFacts, Guid>
{
    public RecordShiftFacts()
        : base(shift => shift.ShiftId)
    {
        On<DriverWentOnline>(e => e.ShiftId, e => Shift(e.ShiftId, e.DriverId), (shift, e) => shift.Apply(e));
        On<DriverWentOffline>(e => e.ShiftId, e => Shift(e.ShiftId, e.DriverId), (shift, e) => shift.Apply(e));
    }

    static ShiftFacts Shift(Guid shiftId, string driverId) => new() { ShiftId = shiftId, DriverId = driverId };
}
