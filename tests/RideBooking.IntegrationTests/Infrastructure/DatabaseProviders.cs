namespace RideBooking.IntegrationTests.Infrastructure;

/// <summary>
/// The databases a theory runs on, as values of Database__Provider. SQL Server cases exist only where one is named, because
/// none can be started everywhere: nothing is skipped for the lack of it (infra/test.sh says so in one line).
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
        Infrastructure.SqlServer.Named is null ? [Postgres] : [Postgres, SqlServer];
}
