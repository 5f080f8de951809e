using MassTransit;
using Quartz;

namespace RideBooking.Tests.MassTransitOnQuartz;

/// <summary>Each documented form of UseInMemoryScheduler compiles and gives the bus its scheduler.</summary>
public sealed class When_a_bus_has_a_scheduler_of_its_own
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void With_out_var_it_is_the_factory()
    {
        ISchedulerFactory? factory = null;

        Create(bus =>
        {
            var address = bus.UseInMemoryScheduler(out var made);
            factory = made;
            return address;
        });

        factory.ShouldNotBeNull();
    }

    [Fact]
    public void With_a_queue_name()
    {
        Create(bus => bus.UseInMemoryScheduler(out var _, "timers")).AbsolutePath.ShouldEndWith("timers");
        Create(bus => bus.UseInMemoryScheduler("timers")).AbsolutePath.ShouldEndWith("timers");
        Create(bus => bus.UseInMemoryScheduler()).AbsolutePath.ShouldEndWith("quartz");
    }

    [Fact]
    public void With_a_factory_or_options()
    {
        Create(bus =>
        {
            bus.UseInMemoryScheduler(out ISchedulerFactory factory, "first");
            return bus.UseInMemoryScheduler(factory, "second");
        });
        Create(bus => bus.UseInMemoryScheduler(options => options.QueueName = "third"))
            .AbsolutePath.ShouldEndWith("third");
    }

    [Fact]
    public async Task With_the_scheduler_itself()
    {
        Task<IScheduler>? scheduler = null;
        var bus = Bus.Factory.CreateUsingInMemory(configurator =>
        {
            configurator.UseInMemoryScheduler(out Task<IScheduler> made);
            scheduler = made;
        });
        await bus.StartAsync(Stop);

        (await scheduler!.WaitAsync(Stop)).ShouldNotBeNull();
        await bus.StopAsync(Stop);
    }

    static Uri Create(Func<IBusFactoryConfigurator, Uri> use)
    {
        Uri? address = null;
        Bus.Factory.CreateUsingInMemory(configurator => address = use(configurator));
        return address!;
    }
}
