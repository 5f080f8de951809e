using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Persistence;

namespace RideBooking.Matching;

/// <summary>Makes a driver who came on duty a candidate.</summary>
internal sealed class AddCandidate(AppDbContext db) : IConsumer<DriverWentOnline>
{
    public async Task Consume(ConsumeContext<DriverWentOnline> context)
    {
        var shift = context.Message;
        var candidate = await db.Set<Candidate>()
            .SingleOrDefaultAsync(candidate => candidate.DriverId == shift.DriverId, context.CancellationToken);

        // Old news: a repeat, the end of this shift got here first, or a newer shift has begun.
        if (candidate?.ShiftId.CompareTo(shift.ShiftId) >= 0)
            return;

        if (candidate is null)
            db.Add(
                candidate = new Candidate
                {
                    DriverId = shift.DriverId,
                    ShiftId = shift.ShiftId,
                    Online = true,
                }
            );

        // A ride of the former shift keeps the driver reserved: that is not for the shift to decide.
        candidate.ShiftId = shift.ShiftId;
        candidate.Online = true;
        candidate.MissedOffers = 0;
        candidate.Name = shift.Name;
        candidate.VehicleClass = shift.Vehicle.Class;
        candidate.VehiclePlate = shift.Vehicle.Plate;
        candidate.VehicleModel = shift.Vehicle.Model;
        await context.Publish(new DriverBecameFree(shift.DriverId));
    }
}
