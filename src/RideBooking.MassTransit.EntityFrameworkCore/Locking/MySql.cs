namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>The database that the official package supports and this one does not.</summary>
static class MySql
{
    public static NotSupportedException NotSupported() =>
        new(
            "MySQL is not supported by this package: its conflicts, locks and column types are known for PostgreSQL, SQL Server and SQLite only. Use one of those, or the official MassTransit.EntityFrameworkCore."
        );
}
