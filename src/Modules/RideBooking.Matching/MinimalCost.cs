namespace RideBooking.Matching;

/// <summary>Assigns rows to columns, such as rides to drivers, at the minimal total cost.</summary>
/// <remarks>
/// The Hungarian algorithm with potentials and shortest augmenting paths (H. W. Kuhn, 1955; J. Munkres, 1957; R. Jonker and A.
/// Volgenant, 1987), for n rows and m columns in O(n² (n + m)) steps.
/// </remarks>
internal static class MinimalCost
{
    /// <summary>
    /// Returns the column of each row, or -1. As many rows as possible have a column, and of all such assignments this one has
    /// the least total cost.
    /// </summary>
    /// <param name="costs">The cost of each row and column, 0 or more; null if they must not be assigned to each other.</param>
    public static int[] Assign(int?[,] costs)
    {
        var (rows, columns) = (costs.GetLength(0), costs.GetLength(1));
        var max = costs.Cast<int?>().Max() ?? 0;
        // A row of its own column of "none" costs more than any assignment saves, and a forbidden pair more than all of those.
        var none = (max + 1L) * (rows + 1);
        var forbidden = none * (rows + 1);
        var width = columns + rows;

        // Everything counts from 1; row 0 and column 0 are the start of an augmenting path.
        var rowPotential = new long[rows + 1];
        var columnPotential = new long[width + 1];
        var rowOf = new int[width + 1];
        var previous = new int[width + 1];
        var least = new long[width + 1];
        var visited = new bool[width + 1];
        for (var row = 1; row <= rows; row++)
        {
            Array.Fill(least, long.MaxValue);
            Array.Fill(visited, false);
            rowOf[0] = row;
            var column = 0;
            do
            {
                visited[column] = true;
                var (current, delta, next) = (rowOf[column], long.MaxValue, 0);
                for (var other = 1; other <= width; other++)
                {
                    if (visited[other])
                        continue;
                    var reduced = Cost(current, other) - rowPotential[current] - columnPotential[other];
                    if (reduced < least[other])
                        (least[other], previous[other]) = (reduced, column);
                    if (least[other] < delta)
                        (delta, next) = (least[other], other);
                }
                for (var other = 0; other <= width; other++)
                    if (visited[other])
                    {
                        rowPotential[rowOf[other]] += delta;
                        columnPotential[other] -= delta;
                    }
                    else if (least[other] != long.MaxValue)
                        least[other] -= delta;
                column = next;
            } while (rowOf[column] != 0);
            for (; column != 0; column = previous[column])
                rowOf[column] = rowOf[previous[column]];
        }

        var assigned = new int[rows];
        Array.Fill(assigned, -1);
        for (var column = 1; column <= columns; column++)
            if (rowOf[column] is > 0 and var row && costs[row - 1, column - 1] is not null)
                assigned[row - 1] = column - 1;
        return assigned;

        long Cost(int row, int column) =>
            column > columns ? (column - columns == row ? none : forbidden) : costs[row - 1, column - 1] ?? forbidden;
    }
}
