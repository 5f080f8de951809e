using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using IHost = Microsoft.Extensions.Hosting.IHost;

namespace RideBooking.Benchmarks.Saga;

public sealed record Blank(Guid Id);

/// <summary>Measures the upper limit of the bus: messages that are published, confirmed and received without work.</summary>
static class NoOpHost
{
    const int InFlight = 200;

    public static async Task<IHost> Start(SagaServers servers, CancellationToken cancellationToken)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(
            new HostApplicationBuilderSettings()
        );
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.Services.AddSingleton<Received>();
        builder.Services.Configure<MassTransitHostOptions>(options => options.WaitUntilStarted = true);
        builder.Services.AddMassTransit(bus =>
        {
            bus.AddConsumer<DoNothing>();
            if (servers.Broker is { } broker)
                bus.UsingRabbitMq(
                    (context, rabbit) =>
                    {
                        rabbit.Host(broker);
                        rabbit.PrefetchCount = InFlight;
                        rabbit.ConfigureEndpoints(context);
                    }
                );
            else
                bus.UsingInMemory((context, memory) => memory.ConfigureEndpoints(context));
        });
        var host = builder.Build();
        await host.StartAsync(cancellationToken);
        return host;
    }

    /// <returns>Messages received per second.</returns>
    public static async Task<double> Drive(IHost host, TimeSpan time, CancellationToken cancellationToken)
    {
        var bus = host.Services.GetRequiredService<IBus>();
        var received = host.Services.GetRequiredService<Received>();
        var (before, started) = (received.Count, Stopwatch.GetTimestamp());
        await Task.WhenAll(
            Enumerable
                .Range(0, InFlight)
                .Select(async _ =>
                {
                    while (Stopwatch.GetElapsedTime(started) < time)
                        await bus.Publish(new Blank(NewId.NextGuid()), cancellationToken);
                })
        );
        return (received.Count - before) / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    sealed class Received
    {
        long _count;

        public long Count => Volatile.Read(ref _count);

        public void One() => Interlocked.Increment(ref _count);
    }

    sealed class DoNothing(Received received) : IConsumer<Blank>
    {
        public Task Consume(ConsumeContext<Blank> context)
        {
            received.One();
            return Task.CompletedTask;
        }
    }
}
