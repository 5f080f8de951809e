using System.Linq.Expressions;

namespace RideBooking.Positions;

/// <summary>The cells of the map, by which an index finds the positions in an area.</summary>
/// <remarks>
/// The map is halved 16 times in each direction. A cell is 180° / 2¹⁶ = 0.0027° (305 m) high and 0.0055° wide (611 m at the
/// equator, 372 m in Berlin). The bits of column and row alternate in its number (a Z-order curve, as in geohashes: G. M. Morton,
/// 1966), so the cells of a larger square have consecutive numbers, and an ordinary index finds them as one range.
/// </remarks>
public static class GeoCells
{
    const int Halvings = 16;
    const int Size = 1 << Halvings;

    /// <summary>The maximum of rows and of columns that cover an area: 3 × 3 cells of a size between its half and its whole.</summary>
    const int MaxAcross = 3;

    /// <summary>The maximum number of cells that a search lists one by one.</summary>
    internal const int MaxListed = 48;

    /// <summary>The maximum number of ranges that cover an area.</summary>
    internal const int MaxRanges = MaxAcross * MaxAcross;

    /// <summary>Returns the number of the cell with a position in degrees.</summary>
    public static long Of(double lat, double lng) => Number(Column(lng), Row(lat));

    /// <summary>
    /// Returns the cells that a small box touches. None if there are more than <see cref="MaxListed"/>, or it touches the
    /// 180th meridian.
    /// </summary>
    internal static long[] Touching(GeoBox box)
    {
        var (south, west) = (Row(box.South), Column(box.West));
        var (rows, columns) = (Row(box.North) - south + 1, Column(box.East) - west + 1);
        if (box.CrossesAntimeridian || rows * columns > MaxListed)
            return [];
        var cells = new long[rows * columns];
        for (var index = 0; index < cells.Length; index++)
            cells[index] = Number(west + (index % columns), south + (index / columns));
        return cells;
    }

    /// <summary>Returns the ranges of cells that cover a box, and more than the box: a few, in ascending order.</summary>
    public static IReadOnlyList<CellRange> Covering(GeoBox box)
    {
        var (south, north, west, east) = (Row(box.South), Row(box.North), Column(box.West), Column(box.East));
        for (var level = 0; ; level++)
        {
            // In squares of 2^level × 2^level cells.
            var rows = (north >> level) - (south >> level) + 1;
            var across = Size >> level;
            var columns = box.CrossesAntimeridian
                ? Math.Min(across, across - (west >> level) + (east >> level) + 1)
                : (east >> level) - (west >> level) + 1;
            if (rows > MaxAcross || columns > MaxAcross)
                continue;

            var numbers = new SortedSet<long>();
            for (var row = 0; row < rows; row++)
            for (var column = 0; column < columns; column++)
                numbers.Add(Number(((west >> level) + column) % across, (south >> level) + row));
            return Merge(numbers, 2 * level);
        }
    }

    /// <summary>Returns the condition that a position is in one of the ranges.</summary>
    internal static Expression<Func<DriverPosition, bool>> InAny(IReadOnlyList<CellRange> ranges)
    {
        var position = Expression.Parameter(typeof(DriverPosition), "position");
        return Expression.Lambda<Func<DriverPosition, bool>>(
            ranges.Select(range => new Renamed(position).Visit(In(range).Body)).Aggregate(Expression.OrElse),
            position
        );

        // Its limits become parameters, so that every search has the same statement.
        static Expression<Func<DriverPosition, bool>> In(CellRange range) =>
            position => position.Cell >= range.First && position.Cell <= range.Last;
    }

    static List<CellRange> Merge(SortedSet<long> squares, int bits)
    {
        var ranges = new List<CellRange>();
        foreach (var square in squares)
        {
            var (first, last) = (square << bits, ((square + 1) << bits) - 1);
            if (ranges.Count > 0 && ranges[^1].Last + 1 == first)
                ranges[^1] = ranges[^1] with { Last = last };
            else
                ranges.Add(new CellRange(first, last));
        }
        return ranges;
    }

    static int Column(double lng) => Index((lng + 180) / 360);

    static int Row(double lat) => Index((lat + 90) / 180);

    static int Index(double part) => Math.Clamp((int)Math.Floor(part * Size), 0, Size - 1);

    static long Number(int column, int row) => Spread(column) | (Spread(row) << 1);

    /// <summary>Puts a zero bit before each of the 16 bits.</summary>
    static long Spread(int index)
    {
        var bits = (long)index;
        bits = (bits | (bits << 8)) & 0x00FF00FF;
        bits = (bits | (bits << 4)) & 0x0F0F0F0F;
        bits = (bits | (bits << 2)) & 0x33333333;
        return (bits | (bits << 1)) & 0x55555555;
    }

    sealed class Renamed(ParameterExpression parameter) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node) => parameter;
    }
}

/// <summary>A range of cells with consecutive numbers.</summary>
/// <param name="First">The first cell.</param>
/// <param name="Last">The last cell, included.</param>
public sealed record CellRange(long First, long Last);
