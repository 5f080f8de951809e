namespace RideBooking.IntegrationTests.Infrastructure;

/// <summary>
/// The databases a theory runs on, as values of Database__Provider. SQL Server cases exist only if a server is named, because
/// one cannot be started everywhere: no test is skipped because it is missing (infra/test.sh prints a line about it).
/// </summary>
public static class DatabaseProviders
{
    public const string Sqlite = "Sqlite";
    public const string Postgres = "Postgres";
    public const string SqlServer = "SqlServer";

    /// <summary>For [MemberData]: every database, embedded or server.</summary>
    public static TheoryData<string> All => [Sqlite, .. Servers];

    /// <summary>For [MemberData]: the database servers.</summary>
    public static TheoryData<string> Servers =>
        TestKit.Servers.SqlServer.Named is null ? [Postgres] : [Postgres, SqlServer];
}
