using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Matching;

/// <summary>Adds a driver who came on duty as a candidate.</summary>
[RepeatIsSafe("A shift that is not newer than the candidate's changes nothing.")]
internal sealed class AddCandidate(AppDbContext db) : IConsumer<DriverWentOnline>
{
    public async Task Consume(ConsumeContext<DriverWentOnline> context)
    {
        var shift = context.Message;
        var candidate = await db.Set<Candidate>()
            .SingleOrDefaultAsync(candidate => candidate.DriverId == shift.DriverId, context.CancellationToken);

        // Out of date: a repeat, or the end of this shift arrived first, or a newer shift has begun.
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

        // A ride from the previous shift keeps the driver reserved: a new shift does not change that.
        candidate.ShiftId = shift.ShiftId;
        candidate.Online = true;
        candidate.MissedOffers = 0;
        candidate.CoolsDownUntil = null;
        candidate.IdleSince = shift.At;
        candidate.Name = shift.Name;
        candidate.Vehicle = shift.Vehicle;
        await context.Publish(new DriverBecameAvailable(shift.DriverId));
    }
}
