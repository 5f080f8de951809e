using System.Collections.Concurrent;
using System.Data.Common;
using MassTransit;
using MassTransit.DependencyInjection;
using MassTransit.EntityFrameworkCoreIntegration;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace RideBooking.MassTransitOnEntityFramework;

/// <summary>
/// An application's additions to its context belong to the scope of the message, also with group commit.
/// </summary>
public sealed class When_a_context_does_more_than_write_rows
{
    public static TheoryData<string> Databases => Ways.Both(ConformanceServers.Databases);

    /// <summary>Each database and way, with the tenant chosen by the options and by an interceptor of the connection.</summary>
    public static TheoryData<string, bool> Tenants
    {
        get
        {
            var tenants = new TheoryData<string, bool>();
            foreach (var database in Databases)
            foreach (var byInterceptor in new[] { false, true })
                tenants.Add(database.Data, byInterceptor);
            return tenants;
        }
    }

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Databases))]
    public async Task Its_own_SaveChanges_is_called(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var bench = await Bench.StartAsync(
            servers,
            new()
            {
                AddContext = (services, options) =>
                {
                    services.AddDbContext<StampingPostOffice>(options);
                    services.AddScoped<PostOffice>(scope => scope.GetRequiredService<StampingPostOffice>());
                },
            }
        );

        await FileLetters(bench, 10);

        (await bench.In(office => office.Letters.Select(letter => letter.Text).Distinct().ToListAsync(Stop))).ShouldBe([
            "stamped",
        ]);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Its_scoped_services_are_those_of_the_message(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var bench = await Bench.StartAsync(
            servers,
            new()
            {
                AddContext = (services, options) =>
                {
                    services.AddScoped<SignsLetters>();
                    services.AddDbContext<TownPostOffice>(
                        (scope, context) =>
                        {
                            options(context);
                            context.AddInterceptors(scope.GetRequiredService<SignsLetters>());
                        }
                    );
                    services.AddScoped<PostOffice>(scope => scope.GetRequiredService<TownPostOffice>());
                },
            }
        );

        for (var i = 0; i < 10; i++)
            await bench.Publish(
                new FileLetter(Guid.CreateVersion7()),
                context => context.Headers.Set("Author", $"author {context.Message.LetterId}")
            );
        await bench.MailboxHas(10);

        foreach (var letter in await bench.In(office => office.Letters.AsNoTracking().ToListAsync(Stop)))
            letter.Text.ShouldBe($"author {letter.Id}");
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task What_its_interceptor_publishes_belongs_to_the_conversation_and_is_sent_at_once(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var bench = await Bench.StartAsync(
            servers,
            new()
            {
                AddContext = (services, options) =>
                {
                    services.AddDbContext<TownPostOffice>(
                        (scope, context) =>
                        {
                            options(context);
                            context.AddInterceptors(new PublishesLetters(scope));
                        }
                    );
                    services.AddScoped<PostOffice>(scope => scope.GetRequiredService<TownPostOffice>());
                },
            }
        );
        bench.Clerk.Files = (context, office) =>
        {
            office.Letters.Add(new HostedEnvelope { Id = context.Message.LetterId });
            return Task.CompletedTask;
        };
        var conversation = NewId.NextGuid();

        // The clock stands still, so nothing is left to the sweeper.
        await bench.Publish(new FileLetter(Guid.CreateVersion7()), context => context.ConversationId = conversation);
        await bench.MailboxHas(1);

        bench.Mailbox.Received.ShouldHaveSingleItem().ConversationId.ShouldBe(conversation);
        await bench.OutboxDrains();
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Handlers_of_its_events_receive_the_message(string provider)
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        await using var bench = await Bench.StartAsync(servers, new() { Pooled = true });
        var heard = new ConcurrentQueue<string>();
        bench.Clerk.Files = (context, office) =>
        {
            var isSaved = context.Message.LetterId;
            if (bench.Clerk.Calls == 1)
                office.SavedChanges += (_, _) => heard.Enqueue($"saved {isSaved}");
            else
                office.ChangeTracker.StateChanged += (_, change) =>
                {
                    if (change is { Entry.Entity: HostedEnvelope letter, NewState: EntityState.Unchanged })
                        heard.Enqueue($"changed {letter.Id}");
                };
            office.Letters.Add(new HostedEnvelope { Id = context.Message.LetterId });
            return Task.CompletedTask;
        };
        var (first, second) = (Guid.CreateVersion7(), Guid.CreateVersion7());

        await bench.Publish(new FileLetter(first));
        await bench.IsDone("letters", 1);
        await bench.Publish(new FileLetter(second));
        await bench.IsDone("letters", 2);

        heard.Distinct().ShouldBe([$"saved {first}", $"changed {second}"]);
    }

    [Theory, MemberData(nameof(Tenants))]
    public async Task A_message_is_handled_in_its_tenants_database_and_delivered_from_there(
        string provider,
        bool byInterceptor
    )
    {
        await using var servers = await ConformanceServers.StartAsync(provider);
        var folder = Directory.CreateTempSubdirectory("ridebooking-tenants-");
        try
        {
            string Database(string tenant) => $"Data Source={Path.Combine(folder.FullName, tenant)}.db";

            await using var bench = await Bench.StartAsync(
                servers,
                new()
                {
                    AddContext = (services, _) =>
                    {
                        services.AddDbContext<TownPostOffice>(
                            (scope, context) =>
                            {
                                var message = scope.GetRequiredService<IScopedConsumeContextProvider>();
                                var tenant = message.HasContext
                                    ? message.GetContext().Headers.Get<string>("Tenant")!
                                    : "none";
                                context.UseSqlite(Database(byInterceptor ? "none" : tenant));
                                if (byInterceptor)
                                    context.AddInterceptors(new Redirects(Database(tenant)));
                            }
                        );
                        services.AddScoped<PostOffice>(scope => scope.GetRequiredService<TownPostOffice>());
                    },
                }
            );
            foreach (var tenant in new[] { "east", "west" })
                await In(tenant, office => office.Database.EnsureCreatedAsync(Stop));

            foreach (var tenant in new[] { "east", "west", "west" })
                await bench.Publish(
                    new FileLetter(Guid.CreateVersion7()),
                    context => context.Headers.Set("Tenant", tenant)
                );
            await bench.MailboxHas(3);
            await bench.IsDone("letters", 3);

            (await Counts("east")).ShouldBe((1, 1, 0));
            (await Counts("west")).ShouldBe((2, 2, 0));
            (await Counts("none")).ShouldBe((0, 0, 0));

            Task<(int, int, int)> Counts(string tenant) =>
                In(
                    tenant,
                    async office =>
                        (
                            await office.Letters.CountAsync(Stop),
                            await office.Inbox.CountAsync(Stop),
                            await office.Outbox.CountAsync(Stop)
                        )
                );

            async Task<T> In<T>(string tenant, Func<PostOffice, Task<T>> use)
            {
                var options = new DbContextOptionsBuilder<TownPostOffice>();
                options.UseSqlite(Database(tenant));
                await using var office = new TownPostOffice(options.Options);
                return await use(office);
            }
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            folder.Delete(recursive: true);
        }
    }

    static async Task FileLetters(Bench bench, int letters)
    {
        await Task.WhenAll(
            Enumerable.Range(0, letters).Select(_ => bench.Publish(new FileLetter(Guid.CreateVersion7())))
        );
        await bench.MailboxHas(letters);
        await bench.OutboxDrains();
    }

    sealed class StampingPostOffice(DbContextOptions<StampingPostOffice> options) : PostOffice(options)
    {
        public override Task<int> SaveChangesAsync(CancellationToken cancellationToken = default)
        {
            foreach (var letter in ChangeTracker.Entries<HostedEnvelope>())
                letter.Entity.Text = "stamped";
            return base.SaveChangesAsync(cancellationToken);
        }
    }

    sealed class Redirects(string database) : DbConnectionInterceptor
    {
        public override InterceptionResult ConnectionOpening(
            DbConnection connection,
            ConnectionEventData eventData,
            InterceptionResult result
        )
        {
            connection.ConnectionString = database;
            return result;
        }

        public override ValueTask<InterceptionResult> ConnectionOpeningAsync(
            DbConnection connection,
            ConnectionEventData eventData,
            InterceptionResult result,
            CancellationToken cancellationToken = default
        ) => ValueTask.FromResult(ConnectionOpening(connection, eventData, result));
    }

    sealed class SignsLetters(ConsumeContext message) : SaveChangesInterceptor
    {
        public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
            DbContextEventData eventData,
            InterceptionResult<int> result,
            CancellationToken cancellationToken = default
        )
        {
            foreach (var letter in eventData.Context!.ChangeTracker.Entries<HostedEnvelope>())
                letter.Entity.Text = message.Headers.Get<string>("Author")!;
            return ValueTask.FromResult(result);
        }
    }

    sealed class PublishesLetters(IServiceProvider scope) : SaveChangesInterceptor
    {
        public override async ValueTask<InterceptionResult<int>> SavingChangesAsync(
            DbContextEventData eventData,
            InterceptionResult<int> result,
            CancellationToken cancellationToken = default
        )
        {
            foreach (
                var letter in eventData
                    .Context!.ChangeTracker.Entries<HostedEnvelope>()
                    .Where(letter => letter.State == EntityState.Added)
                    .ToList()
            )
                await scope
                    .GetRequiredService<IPublishEndpoint>()
                    .Publish(new LetterFiled(letter.Entity.Id), cancellationToken);
            return result;
        }
    }
}
