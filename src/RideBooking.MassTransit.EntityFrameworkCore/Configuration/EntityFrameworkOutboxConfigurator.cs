using System.Data;
using MassTransit.DependencyInjection;
using MassTransit.EntityFrameworkCoreIntegration;
using MassTransit.Middleware;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MassTransit.Configuration;

/// <summary>Collects the settings of one context's outbox and registers its parts.</summary>
public class EntityFrameworkOutboxConfigurator<TDbContext>
    : IEntityFrameworkOutboxConfigurator,
        IEntityFrameworkBusOutboxConfigurator
    where TDbContext : DbContext
{
    readonly IBusRegistrationConfigurator _services;
    readonly OutboxSettings<TDbContext> _settings = new();

    /// <summary>Registers into this bus.</summary>
    public EntityFrameworkOutboxConfigurator(IBusRegistrationConfigurator configurator) => _services = configurator;

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
    public void DisableInboxCleanupService() => _services.RemoveHostedService<InboxCleanupService<TDbContext>>();

    /// <inheritdoc />
    public void UseBusOutbox(Action<IEntityFrameworkBusOutboxConfigurator>? configure = null)
    {
        _services.ReplaceScoped<
            IScopedBusContextProvider<IBus>,
            EntityFrameworkScopedBusContextProvider<IBus, TDbContext>
        >();
        configure?.Invoke(this);
    }

    void IEntityFrameworkBusOutboxConfigurator.UseBulkDeliveryService() { }

    void IBusOutboxConfigurator.DisableDeliveryService() => _settings.DeliversBusOutbox = false;

    /// <summary>Registers inbox, outbox, delivery and cleanup.</summary>
    public void Configure(Action<IEntityFrameworkOutboxConfigurator>? configure)
    {
        _services.TryAddScoped<IOutboxContextFactory<TDbContext>, EntityFrameworkOutboxContextFactory<TDbContext>>();
        _services.AddSingleton(_settings);
        _services.TryAddSingleton<ConsumerAliases>();
        _services.TryAddSingleton(TimeProvider.System);
        _services.TryAddSingleton<OutboxSender<TDbContext>>();
        _services.TryAddSingleton<OutboxStore<TDbContext>>();
        _services.TryAddSingleton<OutboxDelivery<TDbContext>>();
        _services.TryAddSingleton<SharedContext<TDbContext>>();
        _services.TryAddSingleton<ScopedDelivery<TDbContext>>();
        _services.TryAddSingleton<GroupCommit<TDbContext>>();
        _services.TryAddSingleton<SeenMessages<TDbContext>>();
        _services.AddHostedService<OutboxDeliveryService<TDbContext>>();
        _services.AddHostedService<InboxCleanupService<TDbContext>>();

        configure?.Invoke(this);
        _settings.Validate();
        if (_settings.GroupsCommits)
            _services.ConfigureDbContext<TDbContext>(options => options.UseGroupCommit());
    }
}
