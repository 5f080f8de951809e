using System.Globalization;
using System.Text.RegularExpressions;
using RideBooking.Testing.Values;

namespace RideBooking.Testing.Comparison;

/// <summary>Compares the results of the same steps in the lab and on a bus.</summary>
/// <remarks>
/// An id that a machine generates differs between the sides, but must be used consistently on each side. A time that was read
/// from the system's clock is not compared.
/// </remarks>
/// <param name="time">The time on the bus.</param>
/// <param name="bus">The name of the bus.</param>
sealed partial class RunComparison(LabTime time, string bus)
{
    const string Lab = "the lab";

    Dictionary<Guid, string> _madeInLab = [];
    Dictionary<Guid, string> _madeOnBus = [];

    /// <summary>
    /// Returns one line for each difference. If there is none, the ids of both sides are remembered as pairs.
    /// </summary>
    public List<string> Differences(IReadOnlyList<Outcome> lab, IReadOnlyList<Outcome> onBus)
    {
        var common = IdsIn(lab).ToHashSet();
        common.IntersectWith(IdsIn(onBus));
        common.Add(Guid.Empty);
        var (madeInLab, madeOnBus) = (
            new Dictionary<Guid, string>(_madeInLab),
            new Dictionary<Guid, string>(_madeOnBus)
        );
        var missing = Named(lab, madeInLab, common);
        var extra = Named(onBus, madeOnBus, common);
        foreach (var outcome in missing.ToList())
            if (extra.FindIndex(it => $"{it}" == $"{outcome}") is var at and >= 0)
            {
                extra.RemoveAt(at);
                missing.Remove(outcome);
            }
        if (missing.Count + extra.Count > 0)
            return [.. Describe(missing, extra)];
        (_madeInLab, _madeOnBus) = (madeInLab, madeOnBus);
        return [];
    }

    IEnumerable<string> Describe(List<Outcome> missing, List<Outcome> extra)
    {
        foreach (var outcome in missing)
        {
            var nearest = extra
                .Where(it => it.What == outcome.What)
                .MinBy(it => it.Facts.Except(outcome.Facts).Count() + outcome.Facts.Except(it.Facts).Count());
            if (nearest is null)
            {
                yield return $"only in {Lab}: {outcome}";
                continue;
            }
            extra.Remove(nearest);
            foreach (var path in outcome.Facts.Concat(nearest.Facts).Select(fact => fact.Path).Distinct())
                if (ValueOf(outcome, path) is var inLab && ValueOf(nearest, path) is var onBus && inLab != onBus)
                    yield return $"{outcome.What}: {path} is {inLab} in {Lab}, {onBus} on {bus}";
        }
        foreach (var outcome in extra)
            yield return $"only on {bus}: {outcome}";
    }

    static string ValueOf(Outcome outcome, string path) =>
        outcome.Facts.Where(fact => fact.Path == path).Select(fact => fact.Value).FirstOrDefault() ?? "nothing";

    /// <summary>The outcomes with generated ids numbered in an order that is the same on both sides.</summary>
    List<Outcome> Named(IReadOnlyList<Outcome> account, Dictionary<Guid, string> made, HashSet<Guid> common)
    {
        List<Outcome> named = [];
        foreach (var outcome in account.OrderBy(it => $"{Rewrite(it, _ => "made")}", StringComparer.Ordinal))
            named.Add(Rewrite(outcome, id => made[id] = $"id {made.Count + 1}"));
        return named;

        Outcome Rewrite(Outcome outcome, Func<Guid, string> name) =>
            outcome with
            {
                Facts =
                [
                    .. outcome.Facts.Select(fact =>
                        (
                            fact.Path,
                            Instant()
                                .Replace(
                                    Id()
                                        .Replace(
                                            fact.Value,
                                            match =>
                                                Guid.Parse(match.ValueSpan) is var id && common.Contains(id)
                                                    ? match.Value
                                                : made.TryGetValue(id, out var known) ? known
                                                : name(id)
                                        ),
                                    match => Time(match.Value)
                                )
                        )
                    ),
                ],
            };
    }

    string Time(string text) =>
        !DateTimeOffset.TryParse(
            text,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var instant
        )
            ? text
        : time.IsSystemTime(instant) ? "the system's time"
        : instant.Ticks % TimeSpan.TicksPerSecond == 0 ? Formatting.Time(instant)
        : instant.ToString("yyyy-MM-dd HH:mm:ss.fffffff", CultureInfo.InvariantCulture);

    static IEnumerable<Guid> IdsIn(IEnumerable<Outcome> account) =>
        account
            .SelectMany(it => it.Facts)
            .SelectMany(fact => Id().Matches(fact.Value))
            .Select(match => Guid.Parse(match.ValueSpan));

    [GeneratedRegex("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")]
    private static partial Regex Id();

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")]
    private static partial Regex Instant();
}
