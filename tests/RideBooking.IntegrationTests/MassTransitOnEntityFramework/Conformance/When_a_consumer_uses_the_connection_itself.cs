using System.Data;
using System.Data.Common;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;

namespace RideBooking.MassTransitOnEntityFramework;

/// <summary>Commands through ADO.NET or Dapper, which EF Core does not see.</summary>
public sealed class When_a_consumer_uses_the_connection_itself
{
    public static TheoryData<string> Databases => Ways.Both(ConformanceServers.Databases);

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Databases))]
    public async Task Its_changes_are_undone_when_it_fails(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var bench = await Bench.StartAsync(servers);
        var isInTransaction = false;
        bench.Clerk.Files = async (context, office) =>
        {
            await Insert(office.Database.GetDbConnection(), context.Message.LetterId);
            isInTransaction = office.Database.CurrentTransaction is not null;
            throw new InvalidOperationException("The clerk tears it up.");
        };

        await bench.Publish(new FileLetter(Guid.CreateVersion7()));
        await bench.IsDone("letters", 1);

        isInTransaction.ShouldBeTrue();
        (await bench.Count<HostedEnvelope>()).ShouldBe(0);
        (await bench.Count<InboxState>()).ShouldBe(0);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Its_changes_are_committed_with_the_rest(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var bench = await Bench.StartAsync(servers);
        bench.Clerk.Files = async (context, office) =>
        {
            office.Letters.Add(new HostedEnvelope { Id = Guid.CreateVersion7() });
            await Insert(office.Database.GetDbConnection(), context.Message.LetterId);
            await context.Publish(new LetterFiled(context.Message.LetterId), Stop);
        };

        await bench.Publish(new FileLetter(Guid.CreateVersion7()));

        await bench.MailboxHas(1);
        await bench.OutboxDrains();
        (await bench.Count<HostedEnvelope>()).ShouldBe(2);
        (await bench.Count<InboxState>()).ShouldBe(1);
    }

    static async Task Insert(DbConnection connection, Guid id)
    {
        if (connection.State != ConnectionState.Open)
            await connection.OpenAsync(Stop);
        await using var command = connection.CreateCommand();
        command.CommandText = """INSERT INTO "Letters" ("Id", "Text") VALUES (@id, 'by hand')""";
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = ("@id", id);
        command.Parameters.Add(parameter);
        await command.ExecuteNonQueryAsync(Stop);
    }
}
