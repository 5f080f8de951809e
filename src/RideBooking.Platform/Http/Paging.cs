using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace RideBooking.Platform.Http;

/// <summary>One page of a list.</summary>
/// <param name="Items">At most as many as were asked for.</param>
/// <param name="NextCursor">Hand it back as <c>cursor</c> to read on; null at the end.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);

/// <summary>
/// Which page a client asks for, from the query's <c>cursor</c> and <c>limit</c>. A handler takes it as a parameter; values
/// that cannot be are answered 400 <c>validation_failed</c>. Read <see cref="Fetch"/> rows after <see cref="TryAfter"/>,
/// then make the answer with <see cref="Of"/>.
/// </summary>
/// <param name="Limit">How many items at most, 1 to 100; 20 when the client does not say.</param>
/// <param name="Cursor">Where the last page ended; null for the first page.</param>
public sealed record PageRequest(int Limit, string? Cursor) : IEndpointParameterMetadataProvider
{
    internal const int MaxLimit = 100;
    internal const int DefaultLimit = 20;

    /// <summary>How many rows to read: one more than fit, which tells whether there is a next page.</summary>
    public int Fetch => Limit + 1;

    /// <summary>Where to read on; false on the first page. Throws <see cref="InvalidInputException"/> for a cursor that is not ours.</summary>
    /// <typeparam name="TKey">What the list is ordered by: the same type as in <see cref="Of"/>.</typeparam>
    public bool TryAfter<TKey>(out TKey after)
        where TKey : notnull
    {
        after = default!;
        if (Cursor is null)
            return false;
        return Http.Cursor.TryDecode(Cursor, out after)
            ? true
            : throw new InvalidInputException("cursor", "must be a nextCursor of this list");
    }

    /// <summary>The page of the rows read.</summary>
    /// <param name="rows">At most <see cref="Fetch"/> rows, in order.</param>
    /// <param name="key">What the list is ordered by, unique per row.</param>
    /// <param name="item">What the client sees of a row.</param>
    public Page<TItem> Of<TRow, TKey, TItem>(IReadOnlyList<TRow> rows, Func<TRow, TKey> key, Func<TRow, TItem> item)
        where TKey : notnull =>
        new([.. rows.Take(Limit).Select(item)], rows.Count > Limit ? Http.Cursor.Encode(key(rows[Limit - 1])) : null);

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
