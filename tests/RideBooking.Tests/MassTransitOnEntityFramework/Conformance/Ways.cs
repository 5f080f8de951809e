namespace RideBooking.MassTransitOnEntityFramework;

/// <summary>
/// The two ways in which work is committed: together with others', or each message in a transaction of its own from the start.
/// What one promises the other promises as well, so most cases run in both.
/// </summary>
static class Ways
{
    const string Suffix = ", one by one";

    /// <summary>For [MemberData]: each database, in both ways.</summary>
    public static TheoryData<string> Both(TheoryData<string> databases) =>
        [.. databases.Select(row => row.Data), .. databases.Select(row => OneByOne(row.Data))];

    /// <summary>The database, each message in a transaction of its own.</summary>
    public static string OneByOne(string database) => database + Suffix;

    /// <summary>The database of a case, and whether it commits in groups.</summary>
    public static (string Provider, bool CommitsInGroups) Of(string database) =>
        (database.Replace(Suffix, "", StringComparison.Ordinal), !database.EndsWith(Suffix, StringComparison.Ordinal));
}
