using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.EventLog.Archives;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.Archives;

/// <summary>Lists the archives of the event log.</summary>
internal static class ListArchives
{
    public static void Map(RouteGroupBuilder operators) =>
        operators.MapGet("/operations/archives", Handle).WithSummary("List the event log's archives, newest first");

    static async Task<Ok<Page<Item>>> Handle(PageRequest page, AppDbContext db, CancellationToken cancellationToken)
    {
        var archives = db.Set<Archive>().AsNoTracking();
        if (page.TryAfter<(DateTimeOffset At, Guid Id)>(out var after))
            archives = archives.Where(row =>
                row.CreatedAt < after.At || (row.CreatedAt == after.At && row.Id < after.Id)
            );
        var rows = await archives
            .OrderByDescending(row => row.CreatedAt)
            .ThenByDescending(row => row.Id)
            .Take(page.Fetch)
            .Select(row => new Item(
                row.Id,
                row.FirstPosition,
                row.LastPosition,
                row.Events,
                row.Streams,
                row.Size,
                row.Data == null,
                row.CreatedAt
            ))
            .ToListAsync(cancellationToken);
        return TypedResults.Ok(page.Of(rows, row => (row.CreatedAt, row.Id), row => row));
    }

    /// <summary>An archive as operators see it.</summary>
    /// <param name="Id">The archive. The name of its file contains the id.</param>
    /// <param name="FirstPosition">The position of its first event.</param>
    /// <param name="LastPosition">The position of its last event. Some events between the two are elsewhere.</param>
    /// <param name="Events">How many events it has.</param>
    /// <param name="Streams">How many streams these are from.</param>
    /// <param name="Size">Its compressed size in bytes.</param>
    /// <param name="IsFile">Whether it is a file, and not in the database.</param>
    /// <param name="CreatedAt">When it was written.</param>
    internal sealed record Item(
        Guid Id,
        long FirstPosition,
        long LastPosition,
        int Events,
        int Streams,
        int Size,
        bool IsFile,
        DateTimeOffset CreatedAt
    );
}
