using MassTransit;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace RideBooking.Tests.MassTransitOnEntityFramework;

public sealed class When_a_save_is_committed : IDisposable
{
    readonly SqliteConnection _connection = new("Data Source=:memory:");
    readonly Recorder _recorder = new();
    readonly ServiceProvider _services;

    public When_a_save_is_committed()
    {
        _connection.Open();
        _services = new ServiceCollection()
            .AddLogging()
            .AddDbContext<Shelf>(db => db.UseSqlite(_connection).AddInterceptors(_recorder))
            .AddMassTransit(bus =>
            {
                bus.AddEntityFrameworkOutbox<Shelf>();
                bus.UsingInMemory();
            })
            .BuildServiceProvider();
        using var shelf = Open();
        shelf.Database.EnsureCreated();
    }

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_reported_at_once_without_a_transaction_of_the_caller()
    {
        await using var shelf = Open();
        await Save(shelf, "one");
        SaveSynchronously(shelf, "two");
        _recorder.Reports.ShouldBe([("one", true), ("two", true)]);
    }

    [Fact]
    public async Task It_is_reported_when_the_callers_transaction_commits()
    {
        await using var shelf = Open();
        await using (var transaction = await shelf.Database.BeginTransactionAsync(Stop))
        {
            await Save(shelf, "one");
            SaveSynchronously(shelf, "two");
            _recorder.Reports.ShouldBeEmpty();
            await transaction.CommitAsync(Stop);
        }
        _recorder.Reports.ShouldBe([("one", true), ("two", true)]);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task It_is_not_reported_when_the_callers_transaction_is_rolled_back(bool isNoticed)
    {
        await using var shelf = Open();
        await using (var transaction = await shelf.Database.BeginTransactionAsync(Stop))
        {
            await Save(shelf, "one");
            if (isNoticed)
                await transaction.RollbackAsync(Stop);
        }
        await using (var transaction = await shelf.Database.BeginTransactionAsync(Stop))
        {
            await Save(shelf, "two");
            await transaction.CommitAsync(Stop);
        }
        _recorder.Reports.ShouldBe([("two", true)]);
    }

    [Fact]
    public async Task It_is_reported_as_uncertain_when_a_part_was_rolled_back()
    {
        await using var shelf = Open();
        await using var transaction = await shelf.Database.BeginTransactionAsync(Stop);
        await Save(shelf, "one");
        await transaction.CreateSavepointAsync("before", Stop);
        await Save(shelf, "two");
        await transaction.RollbackToSavepointAsync("before", Stop);
        await transaction.CommitAsync(Stop);
        _recorder.Reports.ShouldBe([("one", false), ("two", false)]);
    }

    [Fact]
    public async Task It_is_reported_as_uncertain_when_another_context_commits_the_transaction()
    {
        await using var shelf = Open();
        await using var other = Open();
        await using var transaction = await shelf.Database.BeginTransactionAsync(Stop);
        await other.Database.UseTransactionAsync(transaction.GetDbTransaction(), Stop);
        await Save(other, "one");
        await Save(shelf, "two");
        await transaction.CommitAsync(Stop);
        _recorder.Reports.ShouldBe([("one", false), ("two", true)]);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_save_that_another_interceptor_stops_is_never_reported(bool inTransaction)
    {
        await using var shelf = Open();
        await using var transaction = inTransaction ? await shelf.Database.BeginTransactionAsync(Stop) : null;
        _recorder.Stops = true;
        await Should.ThrowAsync<OperationCanceledException>(() => Save(shelf, "one"));

        _recorder.Stops = false;
        shelf.ChangeTracker.Clear();
        await Save(shelf, "two");
        if (transaction is not null)
            await transaction.CommitAsync(Stop);
        _recorder.Reports.ShouldBe([("two", true)]);
    }

    [Fact]
    public async Task A_save_that_fails_is_never_reported()
    {
        await using var shelf = Open();
        await Save(shelf, "one");
        await using (var transaction = await shelf.Database.BeginTransactionAsync(Stop))
        {
            shelf.ChangeTracker.Clear();
            await Should.ThrowAsync<DbUpdateException>(() => Save(shelf, "one"));
            shelf.ChangeTracker.Clear();
            await Save(shelf, "two");
            await transaction.CommitAsync(Stop);
        }
        _recorder.Reports.Select(report => report.Title).ShouldBe(["one", "two"]);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task What_asks_to_be_last_comes_after_the_other_saves_of_the_transaction(bool inTransaction)
    {
        await using var shelf = Open();
        await using var transaction = inTransaction ? await shelf.Database.BeginTransactionAsync(Stop) : null;
        shelf.Add(new Book { Title = "last" });
        await Save(shelf, "one");
        if (transaction is not null)
        {
            await Save(shelf, "two");
            await transaction.CommitAsync(Stop);
        }
        _recorder
            .Reports.Select(report => report.Title)
            .ShouldBe(inTransaction ? ["one", "two", "last"] : ["one", "last"]);
    }

    public void Dispose()
    {
        _services.Dispose();
        _connection.Dispose();
    }

    Shelf Open() => _services.CreateScope().ServiceProvider.GetRequiredService<Shelf>();

    static async Task Save(Shelf shelf, string title)
    {
        shelf.Add(new Book { Title = title });
        await shelf.SaveChangesAsync(Stop);
    }

    static void SaveSynchronously(Shelf shelf, string title)
    {
        shelf.Add(new Book { Title = title });
        shelf.SaveChanges();
    }

    sealed class Book
    {
        public required string Title { get; init; }
    }

    sealed class Shelf(DbContextOptions<Shelf> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            modelBuilder.Entity<Book>().HasKey(book => book.Title);
            modelBuilder.AddTransactionalOutboxEntities();
        }
    }

    /// <summary>Asks for a report of each added book; one with the title "last" asks to be the last.</summary>
    sealed class Recorder : SaveChangesInterceptor
    {
        public List<(string Title, bool Everything)> Reports { get; } = [];

        public bool Stops { get; set; }

        public override InterceptionResult<int> SavingChanges(
            DbContextEventData eventData,
            InterceptionResult<int> result
        )
        {
            foreach (var entry in eventData.Context!.ChangeTracker.Entries<Book>())
                if (entry.State == EntityState.Added)
                {
                    var title = entry.Entity.Title;
                    AfterCommit.OfSaving(
                        eventData.Context,
                        everything => Reports.Add((title, everything)),
                        isLast: title == "last"
                    );
                }
            return Stops ? throw new OperationCanceledException("This save is stopped.") : result;
        }

        public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
            DbContextEventData eventData,
            InterceptionResult<int> result,
            CancellationToken cancellationToken = default
        ) => ValueTask.FromResult(SavingChanges(eventData, result));
    }
}
