using System.Data;
using MassTransit.DependencyInjection;
using MassTransit.EntityFrameworkCoreIntegration;
using MassTransit.Middleware;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace MassTransit.Configuration;

/// <summary>Collects the settings of one context's outbox and registers its parts.</summary>
public class EntityFrameworkOutboxConfigurator<TDbContext>
    : IEntityFrameworkOutboxConfigurator,
        IEntityFrameworkBusOutboxConfigurator
    where TDbContext : DbContext
{
    readonly IBusRegistrationConfigurator _services;
    readonly Type _bus;
    readonly OutboxSettings<TDbContext> _settings = new();

    /// <summary>Creates a configurator that registers the outbox with this bus.</summary>
    public EntityFrameworkOutboxConfigurator(IBusRegistrationConfigurator configurator)
    {
        ArgumentNullException.ThrowIfNull(configurator);

        _services = configurator;
        _bus = BusOf(configurator);
    }

    /// <inheritdoc />
    public TimeSpan DuplicateDetectionWindow
    {
        set => _settings.DuplicateDetectionWindow = value;
    }

    /// <inheritdoc />
    public IsolationLevel IsolationLevel
    {
        set => _settings.IsolationLevel = value;
    }

    /// <inheritdoc />
    public ILockStatementProvider LockStatementProvider
    {
        set => ArgumentNullException.ThrowIfNull(value);
    }

    /// <inheritdoc />
    public TimeSpan QueryDelay
    {
        set => _settings.QueryDelay = value;
    }

    /// <inheritdoc />
    public int QueryMessageLimit
    {
        set => _settings.QueryMessageLimit = value;
    }

    /// <inheritdoc />
    public TimeSpan QueryTimeout
    {
        set => _settings.QueryTimeout = value;
    }

    int IEntityFrameworkBusOutboxConfigurator.MessageDeliveryLimit
    {
        set => _settings.MessageDeliveryLimit = value;
    }

    TimeSpan IEntityFrameworkBusOutboxConfigurator.MessageDeliveryTimeout
    {
        get => _settings.MessageDeliveryTimeout;
        set => _settings.MessageDeliveryTimeout = value;
    }

    /// <inheritdoc />
    public void UseGroupCommit() => _settings.GroupsCommits = true;

    /// <inheritdoc />
    public void DisableGroupCommit() => _settings.GroupsCommits = false;

    /// <inheritdoc />
    public void KeepOrderByRoutingKey() => _settings.KeepsOrder = true;

    /// <inheritdoc />
    public void KeepScheduledMessages(int maxPerSecond = 200) => _settings.ScheduledPerSecond = maxPerSecond;

    /// <inheritdoc />
    public void DisableInboxCleanupService() => _services.RemoveHostedService<InboxCleanupService<TDbContext>>();

    /// <inheritdoc />
    public void UseBusOutbox(Action<IEntityFrameworkBusOutboxConfigurator>? configure = null)
    {
        _services.Replace(
            ServiceDescriptor.Scoped(
                typeof(IScopedBusContextProvider<>).MakeGenericType(_bus),
                typeof(EntityFrameworkScopedBusContextProvider<,>).MakeGenericType(_bus, typeof(TDbContext))
            )
        );
        configure?.Invoke(this);
    }

    void IEntityFrameworkBusOutboxConfigurator.UseBulkDeliveryService() { }

    void IBusOutboxConfigurator.DisableDeliveryService() => _settings.DeliversBusOutbox = false;

    /// <summary>Registers the inbox, the outbox, the delivery and the cleanup.</summary>
    public void Configure(Action<IEntityFrameworkOutboxConfigurator>? configure)
    {
        _services.TryAddScoped<IOutboxContextFactory<TDbContext>, EntityFrameworkOutboxContextFactory<TDbContext>>();
        _services.TryAddSingleton<ConsumerAliases>();
        _services.TryAddSingleton(TimeProvider.System);
        _services.TryAddSingleton<SharedContext<TDbContext>>();
        _services.TryAddSingleton(provider => new BusOutboxes<TDbContext>(provider, _services));
        _services.AddSingleton(new OutboxRegistration(typeof(TDbContext)));
        // The first interceptor sees each SaveChanges, also one that another interceptor stops.
        if (_services.All(service => service.ImplementationType != typeof(AfterCommitConfiguration<>)))
            _services.Insert(
                0,
                ServiceDescriptor.Singleton(
                    typeof(IDbContextOptionsConfiguration<>),
                    typeof(AfterCommitConfiguration<>)
                )
            );
        _services.TryAddSingleton<InboxCache<TDbContext>>();
        _services.AddHostedService<OutboxService<TDbContext>>();
        _services.AddHostedService<BusOutboxDeliveryService<TDbContext>>();
        _services.AddHostedService<InboxCleanupService<TDbContext>>();
        Register();

        configure?.Invoke(this);
        _settings.BusName = _bus == typeof(IBus) ? null : _bus.FullName;
        _settings.Validate();
        if (_settings.GroupsCommits)
            _services.ConfigureDbContext<TDbContext>(options => options.UseGroupCommit());
    }

    // Only the configurator that MassTransit passes for a bus knows the bus's type.
    static Type BusOf(IBusRegistrationConfigurator configurator) =>
        Array
            .Find(
                configurator.GetType().GetInterfaces(),
                type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IBusRegistrationConfigurator<>)
            )
            ?.GetGenericArguments()[0]
        ?? typeof(IBus);

    void Register()
    {
        var outbox = typeof(BusOutbox<,>).MakeGenericType(_bus, typeof(TDbContext));
        // If the outbox is added twice to the same bus, the later settings win.
        var isNew = _services.All(service => service.ServiceType != outbox);
        _services.RemoveAll(outbox);
        _services.AddSingleton(outbox, provider => Create(outbox, provider));
        if (isNew)
            _services.AddSingleton(provider => (BusOutbox<TDbContext>)provider.GetRequiredService(outbox));
    }

    BusOutbox<TDbContext> Create(Type outbox, IServiceProvider provider)
    {
        // If the application has removed the hosted service, it does not want this process to deliver.
        _settings.DeliversBusOutbox &= IsHosted<BusOutboxDeliveryService<TDbContext>>();
        var isHosted = IsHosted<OutboxService<TDbContext>>();
        var created = (BusOutbox<TDbContext>)Activator.CreateInstance(outbox, provider, _settings, isHosted)!;
        if (!isHosted)
            created.RunWithoutHost();
        return created;
    }

    bool IsHosted<T>() =>
        _services.Any(service =>
            service.ServiceType == typeof(IHostedService)
            && !service.IsKeyedService
            && service.ImplementationType == typeof(T)
        );
}
