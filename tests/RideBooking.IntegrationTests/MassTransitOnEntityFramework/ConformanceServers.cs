using MassTransit;
using Microsoft.EntityFrameworkCore;
using RideBooking.IntegrationTests.Infrastructure;

namespace RideBooking.MassTransitOnEntityFramework;

/// <summary>
/// The servers of the conformance cases: the database servers and RabbitMQ. RideBooking.Tests runs them on SQLite and
/// the in-memory transport.
/// </summary>
public sealed class ConformanceServers : IAsyncDisposable
{
    readonly string provider;
    readonly string connection;
    readonly RabbitMqServer rabbitMq;
    readonly Uri virtualHost;

    ConformanceServers(string provider, string connection, RabbitMqServer rabbitMq, Uri virtualHost)
    {
        this.provider = provider;
        this.connection = connection;
        this.rabbitMq = rabbitMq;
        this.virtualHost = virtualHost;
    }

    /// <summary>For [MemberData].</summary>
    public static TheoryData<string> Databases => DatabaseProviders.Servers;

    public bool CommitsInGroups { get; private init; }

    public static async Task<ConformanceServers> StartAsync(string database)
    {
        var servers = await FixtureAsync();
        return await StartAsync(database, await servers.RabbitMqAsync());
    }

    /// <summary>Gets the servers with a broker that the test may stop.</summary>
    public static async Task<ConformanceServers> StartAsync(string database, RabbitMqServer rabbitMq)
    {
        var (provider, commitsInGroups) = Ways.Of(database);
        var servers = await FixtureAsync();
        var connection = await servers.CreateDatabaseAsync(provider);
        return new(provider, connection, rabbitMq, await rabbitMq.CreateVirtualHostAsync())
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
    ) =>
        bus.UsingRabbitMq(
            (context, configurator) =>
            {
                configurator.Host(virtualHost);
                configure(context, configurator);
                configurator.ConfigureEndpoints(context);
            }
        );

    public async ValueTask DisposeAsync() => await rabbitMq.DeleteVirtualHostAsync(virtualHost);
}
