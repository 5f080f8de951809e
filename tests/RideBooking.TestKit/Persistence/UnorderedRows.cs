using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace RideBooking.TestKit.Persistence;

/// <summary>Makes queries fail that take some rows without an order: the database may return any of them.</summary>
internal static class UnorderedRows
{
    public static DbContextOptionsBuilder ThrowOnUnorderedRows(this DbContextOptionsBuilder db) =>
        db.ConfigureWarnings(log =>
            log.Throw(
                CoreEventId.RowLimitingOperationWithoutOrderByWarning,
                CoreEventId.FirstWithoutOrderByAndFilterWarning
            )
        );
}
