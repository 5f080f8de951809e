using System.Text.Json;
using System.Text.Json.Nodes;

namespace RideBooking.Schemas;

/// <summary>Which versions of an event must understand each other, in the words of Confluent's registry.</summary>
internal enum CompatibilityLevel
{
    /// <summary>None.</summary>
    None,

    /// <summary>Readers of a version understand writers of the version before it.</summary>
    Backward,

    /// <summary>Readers of a version understand writers of all versions before it.</summary>
    BackwardTransitive,

    /// <summary>Writers of a version are understood by readers of the version before it.</summary>
    Forward,

    /// <summary>Writers of a version are understood by readers of all versions before it.</summary>
    ForwardTransitive,

    /// <summary>Both, with the version before it.</summary>
    Full,

    /// <summary>Both, with all versions before it.</summary>
    FullTransitive,
}

/// <summary>One reason why two versions of an event are not compatible.</summary>
/// <param name="Direction"><c>backward</c> (a new reader, an old writer) or <c>forward</c> (an old reader, a new writer).</param>
/// <param name="Other">The number of the earlier version.</param>
/// <param name="Mismatch">What does not fit.</param>
internal sealed record Incompatibility(string Direction, int Other, Mismatch Mismatch)
{
    /// <summary>Tells the direction, the earlier version, the rule and the member in one line.</summary>
    public override string ToString() => $"{Direction} with version {Other}: {Mismatch}";
}

/// <summary>Decides whether versions of an event are compatible.</summary>
internal static class Compatibility
{
    /// <summary>Spells the level as Confluent's registry does: <c>FULL_TRANSITIVE</c>.</summary>
    public static string Spelling(this CompatibilityLevel level) =>
        JsonNamingPolicy.SnakeCaseUpper.ConvertName(level.ToString());

    /// <summary>Lists the reasons why a schema may not follow the versions before it; empty if it may.</summary>
    /// <param name="level">Which versions must understand each other.</param>
    /// <param name="candidate">The new version.</param>
    /// <param name="earlier">The versions before it, oldest first.</param>
    public static IReadOnlyList<Incompatibility> Check(
        CompatibilityLevel level,
        JsonNode candidate,
        IReadOnlyList<(int Version, JsonNode Schema)> earlier
    )
    {
        var isBackward =
            level
            is not (CompatibilityLevel.None or CompatibilityLevel.Forward or CompatibilityLevel.ForwardTransitive);
        var isForward =
            level
            is not (CompatibilityLevel.None or CompatibilityLevel.Backward or CompatibilityLevel.BackwardTransitive);
        var isTransitive =
            level
            is CompatibilityLevel.BackwardTransitive
                or CompatibilityLevel.ForwardTransitive
                or CompatibilityLevel.FullTransitive;

        List<Incompatibility> found = [];
        foreach (var (version, schema) in isTransitive ? earlier : earlier.TakeLast(1))
        {
            if (isBackward)
                found.AddRange(
                    WriterAndReader
                        .Mismatches(writer: schema, reader: candidate)
                        .Select(mismatch => new Incompatibility("backward", version, mismatch))
                );
            if (isForward)
                found.AddRange(
                    WriterAndReader
                        .Mismatches(writer: candidate, reader: schema)
                        .Select(mismatch => new Incompatibility("forward", version, mismatch))
                );
        }
        return found;
    }
}
