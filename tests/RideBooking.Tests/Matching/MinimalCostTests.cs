using CsCheck;
using RideBooking.Matching;

namespace RideBooking.Tests.Matching;

public sealed class MinimalCostTests
{
    static readonly Gen<int?[,]> s_costs = Gen.Int[0, 5]
        .SelectMany(rows =>
            Gen.Int[0, 5]
                .SelectMany(columns =>
                    Gen.Int[-3, 20].Array[rows * columns].Select(costs => Table(rows, columns, costs))
                )
        );

    /// <summary>Makes a table in which a negative cost forbids the pair.</summary>
    static int?[,] Table(int rows, int columns, int[] costs)
    {
        var table = new int?[rows, columns];
        for (var index = 0; index < costs.Length; index++)
            table[index / columns, index % columns] = costs[index] < 0 ? null : costs[index];
        return table;
    }

    [Fact]
    public void The_nearest_driver_is_left_to_the_ride_that_has_no_other() =>
        MinimalCost
            .Assign(
                new int?[,]
                {
                    { 60, 70 },
                    { 60, 600 },
                }
            )
            .ShouldBe([1, 0]);

    [Fact]
    public void As_many_as_possible_are_assigned_even_if_that_costs_more() =>
        MinimalCost
            .Assign(
                new int?[,]
                {
                    { 1, 1_000_000 },
                    { 1, null },
                }
            )
            .ShouldBe([1, 0]);

    [Fact]
    public void A_row_without_a_column_stays_without() =>
        MinimalCost
            .Assign(
                new int?[,]
                {
                    { null },
                    { 5 },
                    { 4 },
                }
            )
            .ShouldBe([-1, -1, 0]);

    [Fact]
    public void No_assignment_is_better() =>
        s_costs.Sample(costs =>
        {
            var assigned = MinimalCost.Assign(costs);

            assigned.Where(column => column >= 0).ShouldBeUnique();
            Total(costs, assigned).ShouldBe(Best(costs, 0, []));
        });

    /// <summary>Returns the number of rows without a column, and the cost of the others.</summary>
    static (int Missing, int Cost) Total(int?[,] costs, int[] assigned) =>
        (
            assigned.Count(column => column < 0),
            assigned.Select((column, row) => column < 0 ? 0 : costs[row, column]!.Value).Sum()
        );

    static (int Missing, int Cost) Best(int?[,] costs, int row, HashSet<int> taken)
    {
        if (row == costs.GetLength(0))
            return (0, 0);
        var rest = Best(costs, row + 1, taken);
        var best = (Missing: rest.Missing + 1, rest.Cost);
        for (var column = 0; column < costs.GetLength(1); column++)
            if (costs[row, column] is { } cost && taken.Add(column))
            {
                var (missing, total) = Best(costs, row + 1, taken);
                taken.Remove(column);
                if ((missing, total + cost).CompareTo(best) < 0)
                    best = (missing, total + cost);
            }
        return best;
    }
}
