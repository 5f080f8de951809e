using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations;

/// <summary>Exports the actions of operators as CSV (RFC 4180), for an auditor or another system.</summary>
internal static class ExportOperatorActions
{
    const string MediaType = "text/csv";
    const string Header = "id,at,by,action,queue,fingerprint,rideId,riderId,subscription,position,count,reason";

    // What a spreadsheet takes for the beginning of a formula.
    static readonly char[] s_formula = ['=', '+', '-', '@', '\t', '\r'];

    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapGet("/operations/audit/export", Handle)
            .WithSummary("Export operators' actions as CSV, oldest first")
            .WithDescription(
                "from is inclusive, until is exclusive; all actions by default. A text that a spreadsheet would take for a formula has an apostrophe in front."
            )
            .Produces<string>(StatusCodes.Status200OK, MediaType);

    static Results<PushStreamHttpResult, ProblemHttpResult> Handle(
        DateTimeOffset? from,
        DateTimeOffset? until,
        AppDbContext db,
        CancellationToken cancellationToken
    ) =>
        from >= until
            ? Problem.Validation("until", "must be later than from")
            : TypedResults.Stream(
                stream => Write(stream, from?.ToUniversalTime(), until?.ToUniversalTime(), db, cancellationToken),
                $"{MediaType}; charset=utf-8",
                "audit.csv"
            );

    static async Task Write(
        Stream stream,
        DateTimeOffset? from,
        DateTimeOffset? until,
        AppDbContext db,
        CancellationToken cancellationToken
    )
    {
        var actions = db.Set<OperatorAction>().AsNoTracking();
        if (from is not null)
            actions = actions.Where(row => row.At >= from);
        if (until is not null)
            actions = actions.Where(row => row.At < until);
        await using var text = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\r\n" };
        await text.WriteLineAsync(Header);
        // Row by row: there may be any number of actions.
        await foreach (
            var row in actions
                .OrderBy(row => row.At)
                .ThenBy(row => row.Id)
                .AsAsyncEnumerable()
                .WithCancellation(cancellationToken)
        )
            await text.WriteLineAsync(
                string.Join(
                    ',',
                    row.Id,
                    row.At.ToString("O", CultureInfo.InvariantCulture),
                    Cell(row.By),
                    row.Action,
                    Cell(row.Queue),
                    row.Fingerprint,
                    row.RideId,
                    Cell(row.RiderId),
                    Cell(row.Subscription),
                    row.Position,
                    row.Count,
                    Cell(row.Reason)
                )
            );
    }

    static string Cell(string? text)
    {
        if (text is null or "")
            return "";
        if (s_formula.Contains(text[0]))
            text = "'" + text;
        return text.AsSpan().ContainsAny(",\"\r\n")
            ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : text;
    }
}
