using Microsoft.EntityFrameworkCore;
using Microsoft.SqlServer.TransactSql.ScriptDom;
using RideBooking.EventLog;
using RideBooking.Tests.Platform.Persistence;

namespace RideBooking.Tests.EventLog;

public sealed class SequencerTests
{
    [Fact]
    public void Is_T_SQL_that_locks_before_it_reads()
    {
        using var db = new AnswersNothing().AsSqlServer([]);
        Statements(NumberingStatements.Of(db).Number(db).ToQueryString())
            .Cast<UpdateStatement>()
            .Select(update => update.WithCtesAndXmlNamespaces is not null)
            .ShouldBe([false, true]);
    }

    [Fact]
    public void Is_T_SQL_that_chains_each_event_once()
    {
        using var db = new AnswersNothing().AsSqlServer([]);
        Statements(HashChain.Insert(db, [(1, new byte[32]), (2, new byte[32])]))
            .ShouldHaveSingleItem()
            .ShouldBeOfType<InsertStatement>();
    }

    static IList<TSqlStatement> Statements(string sql)
    {
        using var reader = new StringReader(sql);
        var script = new TSql160Parser(initialQuotedIdentifiers: true).Parse(reader, out var errors);
        errors.Select(error => $"{error.Message} in {sql}").ShouldBeEmpty();
        return ((TSqlScript)script).Batches.ShouldHaveSingleItem().Statements;
    }
}
