using MassTransit;
using MassTransit.EntityFrameworkCoreIntegration;
using MassTransit.EntityFrameworkCoreIntegration.Saga;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Metadata.Conventions;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace RideBooking.MassTransitOnEntityFramework;

/// <summary>An application's conventions for all strings, times or ids apply to its own tables only.</summary>
public sealed class When_the_model_has_conventions
{
    public static TheoryData<string> Databases => ConformanceServers.Databases;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Sqlite")]
    [InlineData("Postgres")]
    [InlineData("SqlServer")]
    public void The_outbox_has_the_same_columns(string database)
    {
        using var plain = new PlainOffice(Options(new DbContextOptionsBuilder<PlainOffice>(), database));
        using var conventional = new ConventionalOffice(
            Options(new DbContextOptionsBuilder<ConventionalOffice>(), database)
        );

        Columns(conventional).ShouldBe(Columns(plain));
        conventional
            .Model.FindEntityType(typeof(HostedEnvelope))!
            .FindProperty(nameof(HostedEnvelope.Text))!
            .GetMaxLength()
            .ShouldBe(100, "the application's own tables keep to its conventions");

        static DbContextOptions<T> Options<T>(DbContextOptionsBuilder<T> options, string database)
            where T : DbContext
        {
            _ = database switch
            {
                "Sqlite" => options.UseSqlite("Data Source=none"),
                "Postgres" => options.UseNpgsql("Host=none"),
                _ => options.UseSqlServer("Server=none"),
            };
            return options.Options;
        }

        static IEnumerable<string> Columns(DbContext office) =>
            new[] { typeof(InboxState), typeof(OutboxMessage), typeof(OutboxState) }
                .SelectMany(type =>
                    office.GetService<IDesignTimeModel>().Model.FindEntityType(type)!.GetTableMappings()
                )
                .SelectMany(mapping => mapping.Table.Columns)
                .Select(column =>
                    $"{column.Table.Name}.{column.Name} {column.StoreType} {column.IsNullable} {column.Collation}"
                )
                .Order();
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_long_message_is_delivered_and_a_locked_saga_is_found(string database)
    {
        await using var servers = await ConformanceServers.StartAsync(database);
        var options = new DbContextOptionsBuilder<ConventionalOffice>();
        servers.UseDatabase(options);
        await using var office = new ConventionalOffice(options.Options);
        await office.Database.EnsureCreatedAsync(Stop);
        var parcel = new Parcel { CorrelationId = Guid.CreateVersion7(), Status = "InTransit" };
        var message = new OutboxMessage
        {
            Id = Guid.CreateVersion7(),
            MessageType = new string('t', 3000),
            ContentType = "application/json",
            Body = new string('ж', 10_000),
            Headers = new string('h', 5000),
            DestinationAddress = new Uri("loopback://localhost/" + new string('q', 200)),
            SentTime = DateTime.UtcNow,
            NextAttemptTime = DateTime.UtcNow,
        };
        office.AddRange(parcel, message);

        await office.SaveChangesAsync(Stop);
        office.ChangeTracker.Clear();

        var stored = await office.Set<OutboxMessage>().SingleAsync(Stop);
        stored.Body.ShouldBe(message.Body);
        stored.DestinationAddress.ShouldBe(message.DestinationAddress);
        stored.SentTime.Kind.ShouldBe(DateTimeKind.Utc);
        stored.SentTime.ShouldBe(message.SentTime, TimeSpan.FromMilliseconds(1));
        await using var transaction = await office.Database.BeginTransactionAsync(Stop);
        var executor = new PessimisticLoadQueryExecutor<Parcel>(LockStatements(office), null);
        (await executor.Load(office, parcel.CorrelationId, Stop)).ShouldNotBeNull();
    }

    static ILockStatementProvider LockStatements(DbContext office) =>
        office.Database.ProviderName switch
        {
            "Npgsql.EntityFrameworkCore.PostgreSQL" => new PostgresLockStatementProvider(),
            "Microsoft.EntityFrameworkCore.SqlServer" => new SqlServerLockStatementProvider(),
            _ => new SqliteLockStatementProvider(),
        };

    class PlainOffice(DbContextOptions options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            modelBuilder.Entity<HostedEnvelope>().Property(letter => letter.Id).ValueGeneratedNever();
            new ParcelMap().Configure(modelBuilder);
            modelBuilder.AddTransactionalOutboxEntities();
        }
    }

    sealed class ConventionalOffice(DbContextOptions<ConventionalOffice> options) : PlainOffice(options)
    {
        string Collation =>
            options.Extensions.Select(extension => extension.GetType().Name).ToList() switch
            {
                var names when names.Exists(name => name.StartsWith("Npgsql", StringComparison.Ordinal)) => "C",
                var names when names.Exists(name => name.StartsWith("Sqlite", StringComparison.Ordinal)) => "NOCASE",
                _ => "Latin1_General_BIN",
            };

        protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
        {
            configurationBuilder.Properties<string>().HaveMaxLength(100).AreUnicode(false).UseCollation(Collation);
            configurationBuilder.Properties<Guid>().HaveConversion<string>();
            configurationBuilder.Properties<Uri>().HaveConversion<HostOnly>();
            configurationBuilder.Properties<DateTime>().HaveConversion<Ticks>();
            configurationBuilder.Properties<int>().HaveConversion<string>();
            configurationBuilder.Properties<long>().HaveConversion<string>();
            configurationBuilder.Conventions.Add(_ => new ShortTexts());
        }

        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            base.OnModelCreating(modelBuilder);
            // As applications without a pre-convention configuration do.
            foreach (var property in modelBuilder.Model.GetEntityTypes().SelectMany(type => type.GetProperties()))
                if (property.ClrType == typeof(string) && property.GetMaxLength() is null)
                    property.SetMaxLength(50);
        }
    }

    sealed class HostOnly() : ValueConverter<Uri, string>(uri => uri.Host, host => new Uri("http://" + host));

    sealed class Ticks() : ValueConverter<DateTime, long>(time => time.Ticks, ticks => new DateTime(ticks));

    sealed class ShortTexts : IModelFinalizingConvention
    {
        public void ProcessModelFinalizing(
            IConventionModelBuilder modelBuilder,
            IConventionContext<IConventionModelBuilder> context
        )
        {
            foreach (var type in modelBuilder.Metadata.GetEntityTypes())
            foreach (var property in type.GetProperties())
                if (property.ClrType == typeof(string))
                    property.Builder.HasMaxLength(20);
        }
    }
}
