using Microsoft.EntityFrameworkCore;
using RideBooking.Payments.Gateway;

namespace RideBooking.Tests.Payments.Gateway;

static class SandboxLedger
{
    /// <summary>Selects the charges of a ride with their outcomes, by key.</summary>
    public static IQueryable<SandboxCharge> Ledger(this DbContext db, Guid rideId) =>
        db.Set<SandboxCharge>()
            .AsNoTracking()
            .Where(charge => charge.Reference == rideId.ToString())
            .OrderBy(charge => charge.Key);
}
