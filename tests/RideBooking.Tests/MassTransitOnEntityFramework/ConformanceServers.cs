using System.Diagnostics.CodeAnalysis;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace RideBooking.MassTransitOnEntityFramework;

/// <summary>The servers of the conformance cases: SQLite files and the in-memory transport.</summary>
public sealed class ConformanceServers : IAsyncDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ridebooking-outbox-");

    /// <summary>For [MemberData].</summary>
    public static TheoryData<string> Databases => ["Sqlite"];

    public bool CommitsInGroups { get; private init; }

    public static Task<ConformanceServers> StartAsync(string database) =>
        Task.FromResult(new ConformanceServers { CommitsInGroups = Ways.Of(database).CommitsInGroups });

    public void UseDatabase(DbContextOptionsBuilder options) =>
        options.UseSqlite($"Data Source={Path.Combine(folder.FullName, "outbox.db")}");

    [SuppressMessage("Performance", "CA1822", Justification = "Other servers have their own transport.")]
    public void UseTransport(
        IBusRegistrationConfigurator bus,
        Action<IBusRegistrationContext, IBusFactoryConfigurator> configure
    ) =>
        bus.UsingInMemory(
            (context, configurator) =>
            {
                configure(context, configurator);
                configurator.ConfigureEndpoints(context);
            }
        );

    public ValueTask DisposeAsync()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
