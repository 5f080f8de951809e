using System.Text;
using RideBooking.Testing.Values;

namespace RideBooking.Testing;

/// <summary>Compares what was expected with what happened.</summary>
static class Verdict
{
    const int Shown = 3;

    public static void Pass(LabRun run, int from, IReadOnlyList<object> expected, bool andNothingElse)
    {
        var expectations = expected.Select(AsExpectation).ToList();
        var wanted = expectations.OfType<ObservationExpectation>().ToList();
        var outcomes = run.Observations.Skip(from).Where(it => it.IsOutcome).ToList();
        var match = Match(wanted, outcomes);

        var missing = wanted.Where((_, at) => match[at] < 0).ToList();
        var others = outcomes.Where((_, at) => !match.Contains(at)).ToList();
        var wrong = expectations.OfType<ISagaExpectation>().SelectMany(it => it.Misses(run)).ToList();
        if (missing.Count == 0 && wrong.Count == 0 && (!andNothingElse || others.Count == 0))
            return;
        throw new SagaLabException(Report(run, from, missing, others, wrong, andNothingElse), Cause(others)!);
    }

    static Exception? Cause(IEnumerable<Observation> others) =>
        others.FirstOrDefault(it => it.Exception is not null)?.Exception;

    static Expectation AsExpectation(object expected) =>
        expected switch
        {
            Expectation expectation => expectation,
            null => throw new ArgumentException("null is expected.", nameof(expected)),
            _ => (Expectation)
                typeof(Expect)
                    .GetMethod(nameof(Expect.PublishedOrSent))!
                    .MakeGenericMethod(expected.GetType())
                    .Invoke(null, [expected])!,
        };

    /// <summary>
    /// Assigns observations to expectations so that as many as possible are met; -1 for an expectation without one.
    /// </summary>
    static int[] Match(List<ObservationExpectation> wanted, List<Observation> outcomes)
    {
        var takenBy = Enumerable.Repeat(-1, outcomes.Count).ToArray();
        for (var want = 0; want < wanted.Count; want++)
            TryPlace(want, new bool[outcomes.Count]);
        return [.. wanted.Select((_, want) => Array.IndexOf(takenBy, want))];

        bool TryPlace(int want, bool[] tried)
        {
            for (var at = 0; at < outcomes.Count; at++)
            {
                if (tried[at] || !wanted[want].IsMetBy(outcomes[at]))
                    continue;
                tried[at] = true;
                if (takenBy[at] >= 0 && !TryPlace(takenBy[at], tried))
                    continue;
                takenBy[at] = want;
                return true;
            }
            return false;
        }
    }

    static string Report(
        LabRun run,
        int from,
        List<ObservationExpectation> missing,
        List<Observation> others,
        List<string> wrong,
        bool andNothingElse
    )
    {
        var text = new StringBuilder("The scenario did not end as expected.\n");
        foreach (var want in missing)
        {
            text.Append("\nExpected, but did not happen:\n  ").Append(want.Text).Append('\n');
            if (NearestTo(want, run, from, others) is { } nearest)
            {
                text.Append("Nearest miss:\n  ").Append(nearest.It).Append('\n');
                foreach (var difference in nearest.Differences)
                    text.Append("    ").Append(difference).Append('\n');
            }
        }
        if (wrong.Count > 0)
            text.Append("\nNot as expected:\n  ").AppendJoin("\n  ", wrong).Append('\n');
        if (andNothingElse && others.Count > 0)
            text.Append("\nHappened, but was not expected:\n  ").AppendJoin("\n  ", others).Append('\n');
        text.Append("\nTimeline (given steps above the line):\n")
            .Append(ObservationText.Timeline(run.Observations.Take(from)))
            .Append("\n  ───\n")
            .Append(ObservationText.Timeline(run.Observations.Skip(from)));
        return text.ToString();
    }

    /// <summary>
    /// Finds the nearest miss: an observation of the right type, else one of another kind, else one from the given steps.
    /// </summary>
    static (Observation It, IEnumerable<string> Differences)? NearestTo(
        ObservationExpectation want,
        LabRun run,
        int from,
        List<Observation> others
    )
    {
        var ofTheType = others.Where(want.MatchesType).ToList();
        if (ofTheType.Count > 0)
            return ofTheType
                .Select(it => (it, (IEnumerable<string>)Differences(want, it)))
                .MinBy(it => it.Item2.Count());
        var before = run.Observations.Take(from).LastOrDefault(it => it.IsOutcome && want.IsMetBy(it));
        return before is null ? null : (before, ["it happened before, in the given steps"]);
    }

    static List<string> Differences(ObservationExpectation want, Observation it)
    {
        List<string> differences = [.. want.Misses(it)];
        if (!want.MatchesKind(it))
            differences.Insert(0, $"expected {string.Join(" or ", want.Kinds)}, was {it.Kind}");
        if (differences.Count == 0)
            differences.Add("it is the only one, and meets another expectation");
        return differences.Count <= Shown * 2 ? differences : [.. differences.Take(Shown * 2), "…"];
    }
}
