using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.ChangeTracking.Internal;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Internal;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

#pragma warning disable EF1001 // Only private fields show whether a context or its change tracker has event handlers.

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// Describes the context as it is in a scope without a message, and decides what such a context may do for a message's
/// context.
/// </summary>
/// <remarks>
/// Group commit, delivery and cleanup use contexts of a scope without a message. If such a context would work on another
/// database, or without something that the scope or the application has added, the message's own context does the work.
/// </remarks>
sealed partial class SharedContext<TDbContext>(IServiceScopeFactory scopes, ILogger<SharedContext<TDbContext>> logger)
    where TDbContext : DbContext
{
    readonly ConcurrentDictionary<Type, string?> _incompatibilities = new();
    readonly ConcurrentDictionary<string, bool> _logged = new();
    readonly Lock _lock = new();
    Shape? _shape;
    bool _isKnown;

    /// <summary>
    /// Returns whether delivery and cleanup, which have a scope of their own, find the rows of this context.
    /// </summary>
    public bool HasDatabaseOf(DbContext context) =>
        Known() is { } shared
        && ReferenceEquals(context.Model, shared.Model)
        && IsSameDatabase(context, shared)
        // A connection interceptor that belongs to the scope may open another database than the options name.
        && Interceptors(context.GetService<IDbContextOptions>())
            .OfType<IDbConnectionInterceptor>()
            .All(shared.Interceptors.Contains);

    /// <summary>Returns whether a context of another scope saves this context's changes with the same meaning.</summary>
    public bool MayWriteFor(DbContext context)
    {
        if (IncompatibilityOf(context) is not { } reason)
            return true;
        if (_logged.TryAdd(reason, true))
            LogNotGrouped(context.GetType().Name, reason);
        return false;
    }

    string? IncompatibilityOf(DbContext context)
    {
        if (Known() is not { } shared)
            return "no context can be created in a scope without a message";
        var type = context.GetType();
        if (type != shared.Type || !ReferenceEquals(context.Model, shared.Model))
            return "its type or model depends on the scope";
        if (_incompatibilities.GetOrAdd(type, static type => IncompatibilityOf(type)) is { } reason)
            return reason;

        var options = context.GetService<IDbContextOptions>();
        if (RelationalOptionsExtension.Extract(options).Connection is not null || !IsSameDatabase(context, shared))
            return "its connection depends on the scope, or the application provides it";
        foreach (var interceptor in Interceptors(options))
            if (interceptor is ISaveChangesInterceptor and not IGroupCommitInterceptor)
                return $"{interceptor.GetType().Name} intercepts SaveChanges and does not implement {nameof(IGroupCommitInterceptor)}";
            else if (!shared.Interceptors.Contains(interceptor))
                return $"its interceptor {interceptor.GetType().Name} depends on the scope";

        if (EventHandlers.Exist(context))
            return "it has handlers of events of the context or its change tracker";
        if (!context.ChangeTracker.AutoDetectChangesEnabled)
            return "it does not detect changes automatically";
        var connection = context.GetService<IRelationalConnection>();
        if (connection.CommandTimeout != shared.CommandTimeout)
            return "it sets its own command timeout";
        return
            System.Transactions.Transaction.Current is not null
            || connection.CurrentTransaction is not null
            || connection is ITransactionEnlistmentManager { EnlistedTransaction: not null }
            ? "it takes part in a transaction that the application began"
            : null;
    }

    static string? IncompatibilityOf(Type type)
    {
        var overridden = Array.Find(
            type.GetMethods(),
            method =>
                method.Name is nameof(DbContext.SaveChanges) or nameof(DbContext.SaveChangesAsync)
                && method.GetBaseDefinition().DeclaringType == typeof(DbContext)
                && method.DeclaringType != typeof(DbContext)
        );
        if (overridden is not null)
            return $"it overrides {overridden.Name}";

        // A context that takes only its options gets nothing from its scope.
        return type.GetConstructors()
            .SelectMany(constructor => constructor.GetParameters())
            .Any(parameter => !typeof(DbContextOptions).IsAssignableFrom(parameter.ParameterType))
            ? "its constructor takes services"
            : null;
    }

    static bool IsSameDatabase(DbContext context, Shape shared)
    {
        var own = RelationalOptionsExtension.Extract(context.GetService<IDbContextOptions>()).Connection;
        return own is not null || shared.Connection is not null
            ? ReferenceEquals(own, shared.Connection)
            : ConnectionString(context.GetService<IRelationalConnection>()) == shared.ConnectionString;
    }

    // A data source has no connection string that EF Core knows.
    static string ConnectionString(IRelationalConnection connection) =>
        connection.ConnectionString is { Length: > 0 } known ? known : connection.DbConnection.ConnectionString;

    static IEnumerable<IInterceptor> Interceptors(IDbContextOptions options)
    {
        var core = options.FindExtension<CoreOptionsExtension>();
        return [.. core?.Interceptors ?? [], .. core?.SingletonInterceptors ?? []];
    }

    Shape? Known()
    {
        if (Volatile.Read(ref _isKnown))
            return _shape;
        lock (_lock)
        {
            if (_isKnown)
                return _shape;
            try
            {
                using var scope = scopes.CreateScope();
                var context = scope.ServiceProvider.GetRequiredService<TDbContext>();
                var options = context.GetService<IDbContextOptions>();
                var connection = context.GetService<IRelationalConnection>();
                _shape = new Shape(
                    context.GetType(),
                    context.Model,
                    ConnectionString(connection),
                    connection.CommandTimeout,
                    RelationalOptionsExtension.Extract(options).Connection,
                    new HashSet<IInterceptor>(Interceptors(options), ReferenceEqualityComparer.Instance)
                );
            }
            catch (Exception exception)
            {
                LogNoContext(exception, typeof(TDbContext).Name);
            }

            Volatile.Write(ref _isKnown, true);
            return _shape;
        }
    }

    [LoggerMessage(
        LogLevel.Warning,
        "Group commit: each message on {Context} gets its own transaction, because {Reason}"
    )]
    partial void LogNotGrouped(string context, string reason);

    [LoggerMessage(
        LogLevel.Warning,
        "Outbox: no {Context} can be created in a scope without a message; each message is delivered within its own scope"
    )]
    partial void LogNoContext(Exception reason, string context);

    sealed record Shape(
        Type Type,
        IModel Model,
        string? ConnectionString,
        int? CommandTimeout,
        System.Data.Common.DbConnection? Connection,
        HashSet<IInterceptor> Interceptors
    );
}

/// <summary>Reads the handlers that an application has added to the events of a context and its change tracker.</summary>
static class EventHandlers
{
    public static bool Exist(DbContext context) =>
        SavingChanges(context) is not null
        || SavedChanges(context) is not null
        || SaveChangesFailed(context) is not null
        || ((IDbContextDependencies)context).StateManager is not StateManager states
        || Tracking(states) is not null
        || Tracked(states) is not null
        || StateChanging(states) is not null
        || StateChanged(states) is not null;

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = nameof(DbContext.SavingChanges))]
    static extern ref EventHandler<SavingChangesEventArgs>? SavingChanges(DbContext context);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = nameof(DbContext.SavedChanges))]
    static extern ref EventHandler<SavedChangesEventArgs>? SavedChanges(DbContext context);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = nameof(DbContext.SaveChangesFailed))]
    static extern ref EventHandler<SaveChangesFailedEventArgs>? SaveChangesFailed(DbContext context);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = nameof(StateManager.Tracking))]
    static extern ref EventHandler<EntityTrackingEventArgs>? Tracking(StateManager states);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = nameof(StateManager.Tracked))]
    static extern ref EventHandler<EntityTrackedEventArgs>? Tracked(StateManager states);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = nameof(StateManager.StateChanging))]
    static extern ref EventHandler<EntityStateChangingEventArgs>? StateChanging(StateManager states);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = nameof(StateManager.StateChanged))]
    static extern ref EventHandler<EntityStateChangedEventArgs>? StateChanged(StateManager states);
}
