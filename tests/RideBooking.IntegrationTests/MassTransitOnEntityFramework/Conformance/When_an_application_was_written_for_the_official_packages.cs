using MassTransit;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace RideBooking.MassTransitOnEntityFramework;

public sealed class When_an_application_was_written_for_the_official_packages
{
    public static TheoryData<string> Databases => ConformanceServers.Databases;

    public static TheoryData<string, bool> DatabasesWithAndWithout
    {
        get
        {
            var cases = new TheoryData<string, bool>();
            foreach (var database in ConformanceServers.Databases)
            foreach (var with in new[] { false, true })
                cases.Add(database.Data, with);
            return cases;
        }
    }

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Databases))]
    public async Task Its_outbox_tables_keep_the_process_from_starting(string database)
    {
        await using var servers = await ConformanceServers.StartAsync(database);
        await using var bench = await Bench.BuildAsync(servers);
        await bench.In(office =>
            office.Database.ExecuteSqlRawAsync("ALTER TABLE \"Outbox\" RENAME COLUMN \"BusName\" TO \"Other\"", Stop)
        );

        var failure = await Should.ThrowAsync<InvalidOperationException>(bench.StartAsync);

        failure.Message.ShouldContain("docs/masstransit-packages.md");
        failure.Message.ShouldContain("BusName");
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Tables_that_do_not_exist_yet_do_not(string database)
    {
        await using var servers = await ConformanceServers.StartAsync(database);
        await using var bench = await Bench.BuildAsync(servers);
        await bench.In(office => office.Database.ExecuteSqlRawAsync("DROP TABLE \"Outbox\"", Stop));

        await bench.StartAsync();
    }

    [Fact]
    public void MySQL_is_refused_by_name()
    {
        var services = new ServiceCollection();

        Should
            .Throw<NotSupportedException>(() =>
                services.AddMassTransit(bus => bus.AddEntityFrameworkOutbox<PostOffice>(outbox => outbox.UseMySql()))
            )
            .Message.ShouldContain("MySQL is not supported");
        Should.Throw<NotSupportedException>(() =>
            services.AddMassTransit(bus =>
                bus.AddSagaStateMachine<ParcelStateMachine, Parcel>()
                    .EntityFrameworkRepository(repository => repository.UseMySql())
            )
        );
    }

    [Theory, MemberData(nameof(DatabasesWithAndWithout))]
    public async Task SetOptimisticConcurrency_decides_whether_there_is_a_transaction(
        string database,
        bool useTransaction
    )
    {
        await using var servers = await ConformanceServers.StartAsync(database);
        var statements = new Statements();
        await using var bench = await Bench.StartAsync(
            servers,
            new()
            {
                Context = statements.On,
                SagaOutbox = false,
                Repository = repository => repository.SetOptimisticConcurrency(useTransaction),
            }
        );
        var parcel = Guid.CreateVersion7();
        await bench.Publish(new ParcelPosted(parcel));
        await WaitFor.TrueAsync("it is stored", async () => await bench.Parcel(parcel) is not null);
        statements.Clear();

        // Nothing is written, so only the repository's own transaction can be committed.
        await bench.Publish(new ParcelWeighed(parcel));
        await bench.IsDone("parcels", 2);

        statements.Commits.ShouldBe(useTransaction ? 1 : 0);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Jobs_and_futures_are_stored(string database)
    {
        await using var servers = await ConformanceServers.StartAsync(database);
        await Stored<JobServiceSagaDbContext, JobSaga>(
            options => new JobServiceSagaDbContext(options),
            new JobSaga
            {
                CorrelationId = Guid.CreateVersion7(),
                IncompleteAttempts = [Guid.CreateVersion7()],
                Job = new Dictionary<string, object> { ["path"] = "a" },
            },
            job =>
            {
                job.IncompleteAttempts.Count.ShouldBe(1);
                job.Job["path"].ToString().ShouldBe("a");
                job.IncompleteAttempts.Add(Guid.CreateVersion7());
            },
            job => job.IncompleteAttempts.Count.ShouldBe(2)
        );
        await using var servers2 = await ConformanceServers.StartAsync(database);
        servers2.ShouldNotBeNull();
        await Stored<FutureSagaDbContext, FutureState>(
            options => new FutureSagaDbContext(options),
            new FutureState { CorrelationId = Guid.CreateVersion7(), Pending = [Guid.CreateVersion7()] },
            future => future.Pending.Clear(),
            future => future.Pending.ShouldBeEmpty(),
            servers2
        );

        async Task Stored<TContext, TSaga>(
            Func<DbContextOptions<TContext>, TContext> create,
            TSaga saga,
            Action<TSaga> change,
            Action<TSaga> check,
            ConformanceServers? on = null
        )
            where TContext : DbContext
            where TSaga : class, ISaga
        {
            var options = new DbContextOptionsBuilder<TContext>();
            (on ?? servers).UseDatabase(options);
            await using (var context = create(options.Options))
            {
                await context.Database.EnsureCreatedAsync(Stop);
                context.Add(saga);
                await context.SaveChangesAsync(Stop);
            }

            // A change within a value that is stored as JSON is detected.
            await using (var context = create(options.Options))
            {
                change(await context.Set<TSaga>().SingleAsync(Stop));
                await context.SaveChangesAsync(Stop);
            }

            await using (var context = create(options.Options))
                check(await context.Set<TSaga>().SingleAsync(Stop));
        }
    }

    [Fact]
    public void The_optimistic_contexts_have_a_version()
    {
        using var jobs = new OptimisticJobServiceSagaDbContext(
            new DbContextOptionsBuilder<OptimisticJobServiceSagaDbContext>().UseSqlite("Data Source=none").Options
        );
        using var futures = new OptimisticFutureSagaDbContext(
            new DbContextOptionsBuilder<OptimisticFutureSagaDbContext>().UseSqlite("Data Source=none").Options
        );

        foreach (var type in jobs.Model.GetEntityTypes().Concat(futures.Model.GetEntityTypes()))
            type.FindProperty(nameof(ISagaVersion.Version))!.IsConcurrencyToken.ShouldBeTrue(type.Name);
    }
}
