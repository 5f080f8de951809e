using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using RideBooking.Platform.Http.Problems;

namespace RideBooking.Platform.Http.Requests;

/// <summary>
/// The page that a client requests, from the query's <c>cursor</c> and <c>limit</c>. A handler takes it as a parameter.
/// </summary>
/// <remarks>
/// Values that are not valid are answered 400 <c>validation_failed</c>. Read <see cref="Fetch"/> rows after <see
/// cref="TryAfter"/>, then build the answer with <see cref="Of"/>.
/// </remarks>
/// <param name="Limit">The maximum number of items, 1 to 100; 20 by default.</param>
/// <param name="Cursor">Where the last page ended; null for the first page.</param>
public sealed record PageRequest(int Limit, string? Cursor) : IEndpointParameterMetadataProvider
{
    internal const int MaxLimit = 100;
    internal const int DefaultLimit = 20;

    /// <summary>The number of rows to read: one more than fit, to detect whether there is a next page.</summary>
    public int Fetch => Limit + 1;

    /// <summary>
    /// Reads where to read on; false on the first page. Throws <see cref="InvalidInputException"/> for a foreign cursor.
    /// </summary>
    /// <typeparam name="TKey">The list's sort key: the same type as in <see cref="Of"/>.</typeparam>
    public bool TryAfter<TKey>(out TKey after)
        where TKey : notnull
    {
        after = default!;
        if (Cursor is null)
            return false;
        return Requests.Cursor.TryDecode(Cursor, out after)
            ? true
            : throw new InvalidInputException("cursor", "must be the nextCursor of a page of this list");
    }

    /// <summary>Makes the page from the rows.</summary>
    /// <param name="rows">At most <see cref="Fetch"/> rows, in order.</param>
    /// <param name="key">The list's sort key, unique per row.</param>
    /// <param name="item">Maps a row to what the client sees.</param>
    public Page<TItem> Of<TRow, TKey, TItem>(IReadOnlyList<TRow> rows, Func<TRow, TKey> key, Func<TRow, TItem> item)
        where TKey : notnull =>
        new(
            [.. rows.Take(Limit).Select(item)],
            rows.Count > Limit ? Requests.Cursor.Encode(key(rows[Limit - 1])) : null
        );

    /// <inheritdoc />
    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Metadata.Add(new BoundFromQuery("cursor", "limit"));
    }

    /// <summary>Binds the page as a parameter of an endpoint.</summary>
    public static ValueTask<PageRequest?> BindAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var limit = DefaultLimit;
        if (
            query.TryGetValue("limit", out var text)
            && !(
                int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit)
                && limit is >= 1 and <= MaxLimit
            )
        )
            throw new InvalidInputException("limit", $"must be a whole number from 1 to {MaxLimit}");
        var cursor =
            query.TryGetValue("cursor", out var given) && given.ToString() is { Length: > 0 } place ? place : null;
        return new(new PageRequest(limit, cursor));
    }
}
