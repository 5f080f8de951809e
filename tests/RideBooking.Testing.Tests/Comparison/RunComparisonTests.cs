using MassTransit;
using MassTransit.Scheduling;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Quartz;
using RideBooking.Testing.Tests.Parcels;
using RideBooking.TestKit.Machines;
using RideBooking.TestKit.Scheduling;
using static RideBooking.Testing.Step;

namespace RideBooking.Testing.Tests.Comparison;

/// <summary>Reports on scenarios that run differently on a bus than in the lab: on a bus that counts its traffic, and on one that does not, like a broker.</summary>
public sealed class RunComparisonTests
{
    static readonly SagaLab s_orders = new(lab =>
        lab.Saga<OrderMachine, Order>().Services(services => services.AddSingleton(typeof(Flaw), Flaw.None))
    );

    readonly Guid _id = Guid.CreateVersion7();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    OrderPlaced Placed => new(_id);

    PaymentReceived Paid => new(_id, 12.40m);

    OrderShipped Shipped => new(_id);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Is_none_when_the_machine_is_the_same(bool counted)
    {
        await using var services = await Start(Flaw.None, counted);
        await Paying(services);
        await s_orders
            .When(new OrderPlaced(Guid.CreateVersion7()), PassesUntilNothingIsDue())
            .ThenAmongOthers()
            .SameOn(BusOf(services));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Is_found_where_it_does_not_cancel_a_timer(bool counted)
    {
        await using var services = await Start(Flaw.LostTimeoutCancel, counted);
        var failure = await Should.ThrowAsync<SagaLabException>(() => Paying(services));
        failure.Message.ShouldStartWith(
            "On orders in memory the scenario goes another way than in the lab, at step 2 of 4: PaymentReceived"
        );
        failure.Message.ShouldContain($"only in the lab: cancelled PaymentTimedOut {{ orderId: {_id} }}");
        failure.Message.ShouldNotContain("only on");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Is_found_where_it_fails_on_a_duplicate(bool counted)
    {
        await using var services = await Start(Flaw.MissingIgnore, counted);
        var failure = await Should.ThrowAsync<SagaLabException>(() => Paying(services));
        failure.Message.ShouldContain("at step 4 of 4: PaymentReceived");

        failure.Message.ShouldContain(
            $"only on orders in memory: failed on PaymentReceived {{ exception: MassTransit.NotAcceptedStateMachineException, orderId: {_id}, amount: 12.4 }}"
        );
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Is_found_where_it_does_something_twice(bool counted)
    {
        await using var services = await Start(Flaw.NotIdempotent, counted);
        var failure = await Should.ThrowAsync<SagaLabException>(() =>
            s_orders.Given(Placed, Paid).When(Paid).ThenNothing().SameOn(BusOf(services))
        );
        failure.Message.ShouldContain($"only on orders in memory: published ShipOrder {{ orderId: {_id} }}");
        failure.Message.ShouldContain("Order: Paid is 12.4 in the lab, 24.8 on orders in memory");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Is_found_where_a_timer_has_another_time(bool counted)
    {
        await using var services = await Start(Flaw.None, counted, paymentTime: TimeSpan.FromMinutes(29));
        var failure = await Should.ThrowAsync<SagaLabException>(() => Paying(services));
        failure.Message.ShouldContain(
            "scheduled PaymentTimedOut: due is 2020-01-01 12:30:00 in the lab, 2020-01-01 12:29:00 on orders in memory"
        );
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Is_found_where_a_cancelled_timer_fires(bool counted)
    {
        await using var services = await Start(
            Flaw.None,
            counted,
            more: it => it.AddSingleton<IConfigureReceiveEndpoint, NothingIsTakenBack>()
        );
        // The machine ignores it, so no other difference would show it.
        var failure = await Should.ThrowAsync<SagaLabException>(() =>
            s_orders.Given(Placed, Paid).When(Passes(OrderMachine.PaymentTime)).ThenNothing().SameOn(BusOf(services))
        );
        failure.Message.ShouldContain("at step 3 of 3: 30 min pass");
        failure.Message.ShouldContain(
            $"only on orders in memory: fired although it was not pending: PaymentTimedOut {{ orderId: {_id} }}"
        );
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Is_found_without_a_scheduler(bool counted)
    {
        await using var services = await Start(Flaw.None, counted, hasScheduler: false);
        var failure = await Should.ThrowAsync<SagaLabException>(() => Paying(services));
        failure.Message.ShouldContain("1 messages have not reached the scheduler, which must run in this process");
    }

    [Fact]
    public async Task Is_found_where_the_database_does_not_store_a_property()
    {
        var office = new ParcelOffice<ForgetfulContext>();
        await using var closes = office;
        await office.InitializeAsync();
        await using var lab = SagaLab.Of<ParcelMachine, Parcel>();
        var failure = await Should.ThrowAsync<SagaLabException>(() =>
            lab.Given(new PostParcel(_id, "RB1", "Paris"))
                .When(Respond<PrintLabel>(new LabelPrinted(_id, "label")))
                .ThenAmongOthers()
                .SameOn(office.Bus)
        );
        failure.Message.ShouldContain("at step 2 of 2: respond LabelPrinted");
        failure.Message.ShouldContain("Parcel: Label is \"label\" in the lab, null on SQLite");
    }

    [Fact]
    public async Task Is_found_where_the_machine_is_missing()
    {
        await using var services = await Start(Flaw.None, isCounted: false);
        await using var lab = SagaLab.Of<ParcelMachine, Parcel>();
        var failure = await Should.ThrowAsync<SagaLabException>(() =>
            lab.When(new PostParcel(_id, "RB1", "Paris")).ThenAmongOthers().SameOn(BusOf(services))
        );
        failure.Message.ShouldBe("orders in memory has no machine of Parcel.");
    }

    Task<LabRun> Paying(ServiceProvider services) =>
        s_orders.Given(Placed, Paid, Shipped).When(Paid).ThenNothing().SameOn(BusOf(services));

    static ScenarioBus BusOf(ServiceProvider services) => services.GetRequiredService<ScenarioBus>();

    static async Task<ServiceProvider> Start(
        Flaw flaw,
        bool isCounted,
        TimeSpan? paymentTime = null,
        bool hasScheduler = true,
        Action<IServiceCollection>? more = null
    )
    {
        var services = new ServiceCollection();
        services.AddSingleton(typeof(Flaw), flaw);
        if (paymentTime is { } another)
            services.AddSingleton(typeof(TimeSpan?), another);
        services.AddQuartz(_ => { });
        services.AddMassTransit(bus =>
        {
            if (hasScheduler)
                bus.AddQuartzConsumers();
            bus.AddSagaStateMachine<OrderMachine, Order>().InMemoryRepository();
            bus.UsingInMemory(
                (context, memory) =>
                {
                    memory.UsePublishMessageScheduler();
                    memory.ConfigureEndpoints(context);
                }
            );
        });
        more?.Invoke(services);
        if (isCounted)
            services.AddBusTraffic();
        services.AddScenarioBus(it =>
            it.Named("orders in memory")
                .Within(hasScheduler ? TimeSpan.FromSeconds(10) : TimeSpan.FromMilliseconds(300))
                .AtRest(QuartzTime.IsAtRest)
                .MoveTime(QuartzTime.Move)
        );
        var provider = services.BuildServiceProvider(validateScopes: true);
        foreach (var service in provider.GetServices<IHostedService>())
            await service.StartAsync(Stop);
        return provider;
    }

    sealed class NothingIsTakenBack : IConfigureReceiveEndpoint, IFilter<ConsumeContext<CancelScheduledMessage>>
    {
        public void Configure(string name, IReceiveEndpointConfigurator configurator) => configurator.UseFilter(this);

        public Task Send(
            ConsumeContext<CancelScheduledMessage> context,
            IPipe<ConsumeContext<CancelScheduledMessage>> next
        ) => Task.CompletedTask;

        public void Probe(ProbeContext context) { }
    }

    sealed class ForgetfulContext(DbContextOptions<ForgetfulContext> options) : ParcelContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            base.OnModelCreating(modelBuilder);
            modelBuilder.Entity<Parcel>().Ignore(parcel => parcel.Label);
        }
    }
}
