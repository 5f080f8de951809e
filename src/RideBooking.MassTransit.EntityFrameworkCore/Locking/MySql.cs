namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>Rejects MySQL, which the official package supports and this one does not.</summary>
static class MySql
{
    public static NotSupportedException NotSupported() =>
        new(
            "MySQL is not supported by this package: it knows the conflicts, locks and column types of PostgreSQL, SQL Server and SQLite only. Use one of these, or the official MassTransit.EntityFrameworkCore."
        );
}
