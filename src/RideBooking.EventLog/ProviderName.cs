namespace RideBooking.EventLog;

/// <summary>
/// The databases whose SQL differs, by the names that EF Core gives their providers: the event log references none of these.
/// </summary>
static class ProviderName
{
    public const string Postgres = "Npgsql.EntityFrameworkCore.PostgreSQL";
    public const string SqlServer = "Microsoft.EntityFrameworkCore.SqlServer";
    public const string Sqlite = "Microsoft.EntityFrameworkCore.Sqlite";
}
