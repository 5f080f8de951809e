using System.Text.Json;
using System.Text.Json.Nodes;
using MassTransit;
using MassTransit.Serialization;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform;
using RideBooking.Platform.Messaging.Simulations;
using RideBooking.Platform.Persistence;

namespace RideBooking.Tests.Platform.Messaging.Simulations;

/// <summary>Simulates a state machine that does what those of the modules do not.</summary>
public sealed class MessageSimulatorTests : IAsyncLifetime
{
    ModuleLab _lab = null!;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _lab = await ModuleLab.Open(new ErrandsModule());

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact]
    public async Task What_a_machine_sends_and_answers_goes_nowhere()
    {
        var errand = await Stored();

        var simulation = await Simulate(new Send(errand));

        simulation.Outcome.ShouldBe(SimulationOutcome.Transition);
        simulation.Reason.ShouldContain("stays in state Open");
        simulation
            .Messages.Select(message => (message.Type, message.IsPublished))
            .ShouldBe([(typeof(Sent), false), (typeof(Sent), false), (typeof(Sent), true)]);
        simulation.Messages.Take(2).Select(message => message.Destination).ShouldBe(["somewhere", "asker"]);
        simulation.Saga!.Changes.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_machine_that_asks_for_a_service_is_not_simulated_and_the_service_not_called()
    {
        var errand = await Stored();

        var simulation = await Simulate(new MakeCall(errand));

        simulation.Outcome.ShouldBe(SimulationOutcome.NotSimulated);
        simulation.Reason.ShouldContain(nameof(CallSomebody));
        _lab.Services.GetRequiredService<Telephone>().Calls.ShouldBe(0);
    }

    [Fact]
    public async Task A_machine_that_finds_its_instances_by_a_query_is_not_simulated()
    {
        await Stored();

        (await Simulate(new Find("it"))).Outcome.ShouldBe(SimulationOutcome.NotSimulated);
    }

    [Fact]
    public async Task An_instance_that_the_message_ends_stays_stored()
    {
        var errand = await Stored();

        var simulation = await Simulate(new EndErrand(errand));

        simulation.Saga!.To.ShouldBe("Final");
        (await _lab.In(db => db.Set<Errand>().CountAsync(row => row.CorrelationId == errand, Stop))).ShouldBe(1);
    }

    [Fact]
    public async Task A_database_that_does_not_answer_is_no_result()
    {
        var errand = await Stored();
        await _lab.In(db => db.Database.ExecuteSqlRawAsync("ALTER TABLE errands_errands RENAME TO gone", Stop));

        await Should.ThrowAsync<Microsoft.Data.Sqlite.SqliteException>(() => Simulate(new EndErrand(errand)));
    }

    async Task<Guid> Stored()
    {
        var id = Guid.CreateVersion7();
        await _lab.In(async db =>
        {
            db.Add(new Errand { CorrelationId = id, State = "Open" });
            return await db.SaveChangesAsync(Stop);
        });
        return id;
    }

    async Task<Simulation> Simulate<T>(T message)
        where T : class
    {
        var envelope = new JsonObject
        {
            ["messageId"] = $"{Guid.CreateVersion7()}",
            ["requestId"] = $"{Guid.CreateVersion7()}",
            ["responseAddress"] = "loopback://localhost/asker",
            ["messageType"] = new JsonArray(MessageUrn.ForTypeString<T>()),
            ["message"] = JsonSerializer.SerializeToNode(message, SystemTextJsonMessageSerializer.Options),
        };
        await using var scope = _lab.Services.CreateAsyncScope();
        return await _lab
            .Services.GetRequiredService<MessageSimulator>()
            .Simulate(
                "errand",
                JsonSerializer.SerializeToUtf8Bytes(envelope),
                new Dictionary<string, object>
                {
                    [MessageHeaders.ContentType] = SystemTextJsonMessageSerializer.JsonContentType.ToString(),
                },
                scope.ServiceProvider.GetRequiredService<AppDbContext>(),
                Stop
            );
    }

    sealed class ErrandsModule : IModule
    {
        public string Name => "errands";

        public void AddServices(IServiceCollection services, IConfiguration configuration) =>
            services.AddSingleton<Telephone>().AddScoped<CallSomebody>();

        public void AddConsumers(IBusRegistrationConfigurator bus) =>
            bus.AddSagaStateMachine<ErrandMachine, Errand>()
                .EntityFrameworkRepository(errands =>
                {
                    errands.ConcurrencyMode = ConcurrencyMode.Optimistic;
                    errands.ExistingDbContext<AppDbContext>();
                });

        public void MapSharedTables(ModelBuilder model) =>
            model.Entity<Errand>(errand =>
            {
                errand.ToTable("errands", "errands");
                errand.HasKey(row => row.CorrelationId);
                errand.Property(row => row.Version).IsConcurrencyToken();
            });

        public void MapEndpoints(IEndpointRouteBuilder routes) { }
    }

    public sealed record Send(Guid Id);

    public sealed record Sent(Guid Id);

    public sealed record MakeCall(Guid Id);

    public sealed record EndErrand(Guid Id);

    public sealed record Find(string Name);

    public sealed class Errand : SagaStateMachineInstance
    {
        public Guid CorrelationId { get; set; }
        public string State { get; set; } = "";
        public int Version { get; set; }
    }

    public sealed class ErrandMachine : MassTransitStateMachine<Errand>
    {
        public ErrandMachine()
        {
            InstanceState(errand => errand.State);
            Event(() => Sending, it => it.CorrelateById(context => context.Message.Id));
            Event(() => Calling, it => it.CorrelateById(context => context.Message.Id));
            Event(() => Ending, it => it.CorrelateById(context => context.Message.Id));
            Event(() => Finding, it => it.CorrelateBy((errand, context) => errand.State == context.Message.Name));
            During(
                Open,
                When(Sending)
                    .Send(new Uri("queue:somewhere"), context => new Sent(context.Message.Id))
                    .Respond(context => new Sent(context.Message.Id))
                    .Publish(context => new Sent(context.Message.Id)),
                When(Calling).Activity(it => it.OfType<CallSomebody>()),
                When(Ending).Finalize(),
                Ignore(Finding)
            );
            SetCompletedWhenFinalized();
        }

        public State Open { get; private set; } = null!;

        public Event<Send> Sending { get; private set; } = null!;
        public Event<MakeCall> Calling { get; private set; } = null!;
        public Event<EndErrand> Ending { get; private set; } = null!;
        public Event<Find> Finding { get; private set; } = null!;
    }

    public sealed class Telephone
    {
        public int Calls { get; set; }
    }

    public sealed class CallSomebody(Telephone telephone) : IStateMachineActivity<Errand, MakeCall>
    {
        public Task Execute(BehaviorContext<Errand, MakeCall> context, IBehavior<Errand, MakeCall> next)
        {
            telephone.Calls++;
            return next.Execute(context);
        }

        public Task Faulted<TException>(
            BehaviorExceptionContext<Errand, MakeCall, TException> context,
            IBehavior<Errand, MakeCall> next
        )
            where TException : Exception => next.Faulted(context);

        public void Accept(StateMachineVisitor visitor) => visitor.Visit(this);

        public void Probe(ProbeContext context) => context.CreateScope("call");
    }
}
