using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.SqlServer.TransactSql.ScriptDom;
using RideBooking.Host;
using RideBooking.Platform.Persistence;

namespace RideBooking.Tests.Platform.Persistence;

public sealed class When_the_schema_is_migrated
{
    static readonly Dictionary<string, Func<AppDbContext>> s_contexts = new()
    {
        ["Sqlite"] = () => new SqliteDesign().CreateDbContext([]),
        ["SqlServer"] = () => new SqlServerDesign().CreateDbContext([]),
        ["Postgres"] = () => new PostgresDesign().CreateDbContext([]),
    };

    public static TheoryData<string> Providers => [.. s_contexts.Keys];

    [Theory]
    [MemberData(nameof(Providers))]
    public void The_migrations_make_exactly_the_schema_that_the_code_expects(string provider)
    {
        using var db = s_contexts[provider]();
        db.Database.HasPendingModelChanges().ShouldBeFalse("run infra/migrations.sh add NAME");
    }

    [Fact]
    public void On_SQL_Server_the_migrations_are_TSQL_with_types_that_TSQL_has()
    {
        using var db = s_contexts["SqlServer"]();
        var script = db.GetService<IMigrator>().GenerateScript();
        Faults(script).ShouldBeEmpty();
        script.ShouldContain("CREATE TABLE");
    }

    // The server's default collation usually ignores case; then two callers whose ids differ only in case would be the same.
    [Fact]
    public void On_SQL_Server_every_text_is_compared_exactly()
    {
        using var db = s_contexts["SqlServer"]();
        using var reader = new StringReader(db.GetService<IMigrator>().GenerateScript());
        var texts = new TextColumns();
        new TSql150Parser(initialQuotedIdentifiers: true).Parse(reader, out _).Accept(texts);
        // EF defines its own table of migrations.
        var columns = texts.Found.Where(column =>
            column.ColumnIdentifier.Value is not ("migration_id" or "product_version")
        );
        columns.ShouldNotBeEmpty();
        columns
            .Where(column => column.Collation?.Value != "Latin1_General_BIN2")
            .Select(column => column.ColumnIdentifier.Value)
            .ShouldBeEmpty();
    }

    // Tests the check itself: it must reject the SQL of other databases.
    [Theory]
    [InlineData("CREATE TABLE t (id uuid NOT NULL);", "uuid")]
    [InlineData("CREATE TABLE t (at timestamptz NOT NULL);", "timestamptz")]
    [InlineData("ALTER TABLE t ADD COLUMN c int;", "COLUMN")]
    [InlineData("CREATE TABLE IF NOT EXISTS t (id int);", "Incorrect syntax")]
    public void The_check_notices_what_is_not_TSQL(string script, string named) =>
        string.Join('\n', Faults(script)).ShouldContain(named);

    static List<string> Faults(string script)
    {
        using var reader = new StringReader(script);
        var tree = new TSql150Parser(initialQuotedIdentifiers: true).Parse(reader, out var errors);
        var foreign = new ForeignTypes();
        tree?.Accept(foreign);
        return
        [
            .. errors.Select(error => $"line {error.Line}: {error.Message}"),
            .. foreign.Found.Select(type =>
                $"line {type.StartLine}: not a T-SQL type: {type.Name.BaseIdentifier.Value}"
            ),
        ];
    }

    // The parser accepts any name as a type. An unknown one would be user-defined, and we define none.
    sealed class ForeignTypes : TSqlFragmentVisitor
    {
        public List<UserDataTypeReference> Found { get; } = [];

        public override void Visit(UserDataTypeReference node) => Found.Add(node);
    }

    sealed class TextColumns : TSqlFragmentVisitor
    {
        static readonly SqlDataTypeOption[] s_types =
        [
            SqlDataTypeOption.NVarChar,
            SqlDataTypeOption.VarChar,
            SqlDataTypeOption.NChar,
            SqlDataTypeOption.Char,
        ];

        public List<ColumnDefinition> Found { get; } = [];

        public override void Visit(ColumnDefinition node)
        {
            if (node.DataType is SqlDataTypeReference type && s_types.Contains(type.SqlDataTypeOption))
                Found.Add(node);
        }
    }
}
