using Microsoft.EntityFrameworkCore;
using Microsoft.SqlServer.TransactSql.ScriptDom;
using RideBooking.EventLog;
using RideBooking.Tests.Persistence;

namespace RideBooking.Tests.EventLog;

public sealed class SequencerSqlTests
{
    [Fact]
    public void Is_T_SQL_that_locks_before_it_reads()
    {
        using var db = new AnswersNothing().AsSqlServer([]);
        var sql = NumberingStatements.Of(db).Number(db).ToQueryString();
        using var reader = new StringReader(sql);
        var script = new TSql160Parser(initialQuotedIdentifiers: true).Parse(reader, out var errors);
        errors.Select(error => $"{error.Message} in {sql}").ShouldBeEmpty();
        ((TSqlScript)script)
            .Batches.ShouldHaveSingleItem()
            .Statements.Cast<UpdateStatement>()
            .Select(update => update.WithCtesAndXmlNamespaces is not null)
            .ShouldBe([false, true]);
    }
}
