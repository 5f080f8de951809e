using MassTransit.DependencyInjection;
using MassTransit.Transports;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>The outbox of one bus in one context.</summary>
/// <remarks>
/// Several buses may share a context, and several contexts a database: each row names its bus, and only the outbox of that
/// bus sends and deletes it.
/// </remarks>
abstract class BusOutbox<TDbContext> : IDisposable
    where TDbContext : DbContext
{
    readonly CancellationTokenSource _disposed = new();
    Task? _delivering;

    protected BusOutbox(
        IServiceProvider provider,
        OutboxSettings<TDbContext> settings,
        bool isHosted,
        Func<IBusControl> bus
    )
    {
        var scopes = provider.GetRequiredService<IServiceScopeFactory>();
        var clock = provider.GetRequiredService<TimeProvider>();
        var loggers = provider.GetRequiredService<ILoggerFactory>();
        Settings = settings;
        IsHosted = isHosted;
        Sender = new OutboxSender<TDbContext>(provider, bus, settings, clock);
        Store = new OutboxStore<TDbContext>(scopes, settings, clock);
        ScopedDelivery = new ScopedDelivery<TDbContext>(Sender);
        Group = new GroupCommit<TDbContext>(
            scopes,
            provider.GetRequiredService<SharedContext<TDbContext>>(),
            settings,
            loggers.CreateLogger<GroupCommit<TDbContext>>()
        );
        Delivery = new OutboxDelivery<TDbContext>(
            Sender,
            Store,
            Group,
            settings,
            loggers.CreateLogger<OutboxDelivery<TDbContext>>()
        );
        if (settings.ScheduledPerSecond is not null)
            Scheduled = new ScheduledDelivery<TDbContext>(
                scopes,
                Delivery,
                Sender,
                settings,
                clock,
                loggers.CreateLogger<ScheduledDelivery<TDbContext>>()
            );
    }

    /// <summary>Runs the delivery until this is disposed, if no hosted service runs it.</summary>
    /// <remarks>
    /// Tests that remove all hosted services and start the bus themselves still receive what their consumers send.
    /// </remarks>
    public void RunWithoutHost()
    {
        using (ExecutionContext.SuppressFlow())
            _delivering = Task.WhenAll(
                Task.Run(() => Delivery.Run(_disposed.Token)),
                Task.Run(() => Scheduled?.Run(_disposed.Token) ?? Task.CompletedTask)
            );
    }

    public OutboxSettings<TDbContext> Settings { get; }

    /// <summary>Whether a hosted service runs the delivery.</summary>
    public bool IsHosted { get; }

    public OutboxSender<TDbContext> Sender { get; }

    public OutboxStore<TDbContext> Store { get; }

    public GroupCommit<TDbContext> Group { get; }

    public OutboxDelivery<TDbContext> Delivery { get; }

    /// <summary>Null if the outbox keeps no scheduled messages.</summary>
    public ScheduledDelivery<TDbContext>? Scheduled { get; }

    public ScopedDelivery<TDbContext> ScopedDelivery { get; }

    /// <summary>Whether the message that is consumed in the scope came from this bus.</summary>
    public abstract bool Consumes(IServiceProvider scope);

    /// <summary>Whether the context is this bus's registration.</summary>
    public abstract bool IsRegisteredBy(IRegistrationContext context);

    // Called twice, once for each type that the outbox is registered as.
    public void Dispose() => _disposed.Cancel();

    /// <summary>Returns the outbox of the bus that received the scope's message.</summary>
    public static BusOutbox<TDbContext> Of(IServiceProvider scope)
    {
        var outboxes = scope.GetRequiredService<BusOutboxes<TDbContext>>().All;
        // Endpoints that are configured with a plain IServiceProvider do not set the bus in the scope.
        return outboxes.FirstOrDefault(outbox => outbox.Consumes(scope))
            ?? (
                outboxes.Count == 1 && scope.GetServices<IBusInstance>().Count() == 1
                    ? outboxes[0]
                    : throw new InvalidOperationException(
                        $"The message's bus has no outbox in {typeof(TDbContext).Name}, or its endpoint does not name its bus. Call UseEntityFrameworkOutbox<{typeof(TDbContext).Name}> with the bus's IRegistrationContext."
                    )
            );
    }
}

/// <inheritdoc />
sealed class BusOutbox<TBus, TDbContext>(IServiceProvider provider, OutboxSettings<TDbContext> settings, bool isHosted)
    : BusOutbox<TDbContext>(provider, settings, isHosted, () => BusOf(provider))
    where TBus : class, IBus
    where TDbContext : DbContext
{
    public override bool Consumes(IServiceProvider scope) =>
        scope.GetService<Bind<TBus, IScopedConsumeContextProvider>>() is { Value.HasContext: true };

    public override bool IsRegisteredBy(IRegistrationContext context) =>
        ReferenceEquals(context.GetService<Bind<TBus, IBusRegistrationContext>>()?.Value, context);

    static IBusControl BusOf(IServiceProvider provider) =>
        typeof(TBus) == typeof(IBus)
            ? provider.GetRequiredService<IBusControl>()
            : provider.GetRequiredService<IBusInstance<TBus>>().BusControl;
}
