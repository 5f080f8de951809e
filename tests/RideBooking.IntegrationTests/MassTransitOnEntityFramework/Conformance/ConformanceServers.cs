using MassTransit;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.TestKit.Servers;

namespace RideBooking.MassTransitOnEntityFramework;

/// <summary>
/// A database and a transport for a conformance case: SQLite with the in-memory transport, which need no server, or a database
/// server with RabbitMQ.
/// </summary>
public sealed class ConformanceServers : IAsyncDisposable
{
    readonly string provider;
    readonly string connection;
    readonly (RabbitMqServer Server, Uri VirtualHost)? rabbitMq;

    ConformanceServers(string provider, string connection, (RabbitMqServer Server, Uri VirtualHost)? rabbitMq)
    {
        this.provider = provider;
        this.connection = connection;
        this.rabbitMq = rabbitMq;
    }

    /// <summary>For [MemberData].</summary>
    public static TheoryData<string> Databases => DatabaseProviders.All;

    public bool CommitsInGroups { get; private init; }

    public static async Task<ConformanceServers> StartAsync(string database)
    {
        var needsServers = Ways.Of(database).Provider != DatabaseProviders.Sqlite;
        return await StartAsync(database, needsServers ? await (await FixtureAsync()).RabbitMqAsync() : null);
    }

    /// <summary>Gets the database with a broker that the test may stop, or with the in-memory transport.</summary>
    public static async Task<ConformanceServers> StartAsync(string database, RabbitMqServer? rabbitMq)
    {
        var (provider, commitsInGroups) = Ways.Of(database);
        var connection = await (await FixtureAsync()).CreateDatabaseAsync(provider);
        return new(provider, connection, rabbitMq is null ? null : (rabbitMq, await rabbitMq.CreateVirtualHostAsync()))
        {
            CommitsInGroups = commitsInGroups,
        };
    }

    static async Task<Servers> FixtureAsync() =>
        await TestContext.Current.GetFixture<Servers>() ?? throw new InvalidOperationException("No servers.");

    public void UseDatabase(DbContextOptionsBuilder options) =>
        _ = provider switch
        {
            DatabaseProviders.Sqlite => options.UseSqlite(connection),
            DatabaseProviders.Postgres => options.UseNpgsql(connection),
            DatabaseProviders.SqlServer => options.UseSqlServer(connection),
            _ => throw new InvalidOperationException($"No such database provider: {provider}."),
        };

    public void UseTransport(
        IBusRegistrationConfigurator bus,
        Action<IBusRegistrationContext, IBusFactoryConfigurator> configure
    )
    {
        if (rabbitMq is null)
            bus.UsingInMemory(
                (context, configurator) =>
                {
                    configure(context, configurator);
                    configurator.ConfigureEndpoints(context);
                }
            );
        else
            bus.UsingRabbitMq(
                (context, configurator) =>
                {
                    configurator.Host(rabbitMq.Value.VirtualHost);
                    configure(context, configurator);
                    configurator.ConfigureEndpoints(context);
                }
            );
    }

    public async ValueTask DisposeAsync()
    {
        if (rabbitMq is var (server, virtualHost))
            await server.DeleteVirtualHostAsync(virtualHost);
    }
}
