using System.Text.RegularExpressions;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Quartz;
using RideBooking.TestKit.Scheduling;

namespace RideBooking.Tests.MassTransitOnQuartz;

/// <summary>Compares the mapping with Quartz's own scripts for its tables.</summary>
public sealed partial class QuartzTablesTests
{
    /// <summary>The tables of Quartz's optional execution history, which are not mapped.</summary>
    static readonly string[] History = ["EXECUTION_HISTORY", "MISFIRE_HISTORY", "JOB_STATUS"];

    [Theory]
    [InlineData(QuartzDatabase.Sqlite, "sqlite", false)]
    [InlineData(QuartzDatabase.SqlServer, "sqlServer", false)]
    [InlineData(QuartzDatabase.Postgres, "postgres", false)]
    [InlineData(QuartzDatabase.Sqlite, "sqlite", true)]
    [InlineData(QuartzDatabase.SqlServer, "sqlServer", true)]
    [InlineData(QuartzDatabase.Postgres, "postgres", true)]
    public void In_tables_columns_types_keys_and_indexes(QuartzDatabase database, string script, bool snakeCase)
    {
        using var context = snakeCase ? new SnakeCaseTimersContext(database) : new TimersContext(database);
        var ours = context
            .Model.GetRelationalModel()
            .Tables.Where(table => table.Name.StartsWith("QRTZ_", StringComparison.OrdinalIgnoreCase))
            .ToList();
        var theirs = Script(script);

        theirs.Count.ShouldBe(12);
        ours.SelectMany(Columns).Order().ShouldBe(theirs.SelectMany(Columns).Order());
        ours.SelectMany(Indexes).Order().ShouldBe(theirs.SelectMany(Indexes).Order());
    }

    static IEnumerable<string> Columns(ITable table) =>
        table.Columns.Select(column =>
            $"{table.Name}.{column.Name} {Type(column.StoreType)}{(column.IsNullable ? "" : " not null")}"
            + (table.PrimaryKey!.Columns.Contains(column) ? " key" : "")
        );

    static IEnumerable<string> Indexes(ITable table) => table.Indexes.Select(index => $"{table.Name}.{index.Name}");

    static IEnumerable<string> Columns((string Name, string Sql, List<string> Indexes) table)
    {
        var key = PrimaryKey().Match(table.Sql).Groups[1].Value.Split(',', StringSplitOptions.TrimEntries);
        return Column()
            .Matches(table.Sql)
            .Select(match =>
                (Name: match.Groups[1].Value, Type: match.Groups[2].Value, Constraint: match.Groups[3].Value)
            )
            .Where(column => column.Name is not ("PRIMARY" or "FOREIGN" or "CONSTRAINT" or "primary" or "foreign"))
            .Select(column =>
                $"{table.Name}.{column.Name} {Type(column.Type)}"
                + (column.Constraint.Contains("not null", StringComparison.OrdinalIgnoreCase) ? " not null" : "")
                + (key.Contains(column.Name) ? " key" : "")
            );
    }

    static IEnumerable<string> Indexes((string Name, string Sql, List<string> Indexes) table) =>
        table.Indexes.Select(index => $"{table.Name}.{index}");

    static List<(string Name, string Sql, List<string> Indexes)> Script(string database)
    {
        using var resource = typeof(IScheduler).Assembly.GetManifestResourceStream(
            $"Quartz.Impl.AdoJobStore.Schema.create_{database}.sql"
        )!;
        using var reader = new StreamReader(resource);
        var prefix = database == "postgres" ? "qrtz_" : "QRTZ_";
        var sql = reader.ReadToEnd().Replace("{0}", prefix).Replace("{1}", prefix);
        // Quartz's script for SQL Server has narrower columns here than the others, for no known reason.
        sql = sql.Replace("CRON_EXPRESSION nvarchar(120)", "CRON_EXPRESSION nvarchar(250)");
        var indexes = Index().Matches(sql).Select(match => (Name: match.Groups[1].Value, Table: match.Groups[2].Value));
        return
        [
            .. Table()
                .Matches(sql)
                .Select(match => (Name: match.Groups[1].Value, Sql: match.Groups[2].Value))
                .Where(table => !History.Any(name => table.Name.EndsWith(name, StringComparison.OrdinalIgnoreCase)))
                .Select(table =>
                    (
                        table.Name,
                        table.Sql,
                        indexes.Where(index => index.Table == table.Name).Select(index => index.Name).ToList()
                    )
                ),
        ];
    }

    /// <summary>Maps synonyms of a type to one name: SQLite has five types, PostgreSQL has synonyms and stores text and varchar alike.</summary>
    static string Type(string type) =>
        type.ToUpperInvariant() switch
        {
            "BIT" or "INT" or "BIGINT" when type.Any(char.IsUpper) => "INTEGER",
            var text when text.StartsWith("NVARCHAR", StringComparison.Ordinal) && type.Any(char.IsUpper) => "TEXT",
            "BOOL" => "BOOLEAN",
            var text when text.StartsWith("VARCHAR", StringComparison.Ordinal) => "TEXT",
            var other => other,
        };

    [GeneratedRegex(@"CREATE TABLE (?:IF NOT EXISTS )?(\w+) \((.*?)\n\s*\);", RegexOptions.Singleline)]
    private static partial Regex Table();

    [GeneratedRegex(@"^\s+(\w+) (\w+(?:\([\w,]+\))?)(.*)$", RegexOptions.Multiline)]
    private static partial Regex Column();

    [GeneratedRegex(@"primary key \((.*?)\)", RegexOptions.IgnoreCase)]
    private static partial Regex PrimaryKey();

    [GeneratedRegex(@"CREATE INDEX (?:IF NOT EXISTS )?(\w+) ON (\w+)")]
    private static partial Regex Index();
}
