namespace RideBooking.MassTransitOnEntityFramework;

/// <summary>
/// The two ways to commit: in groups, or each message in its own transaction from the start. Both give the same guarantees,
/// so most cases run in both.
/// </summary>
static class Ways
{
    const string Suffix = ", one by one";

    /// <summary>For [MemberData]: each database, in both ways.</summary>
    public static TheoryData<string> Both(TheoryData<string> databases) =>
        [.. databases.Select(row => row.Data), .. databases.Select(row => OneByOne(row.Data))];

    /// <summary>Returns the name of the case in which each message has its own transaction.</summary>
    public static string OneByOne(string database) => database + Suffix;

    /// <summary>The database of a case, and whether it commits in groups.</summary>
    public static (string Provider, bool CommitsInGroups) Of(string database) =>
        (database.Replace(Suffix, "", StringComparison.Ordinal), !database.EndsWith(Suffix, StringComparison.Ordinal));
}
