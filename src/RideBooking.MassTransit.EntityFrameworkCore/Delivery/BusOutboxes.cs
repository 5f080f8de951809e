using MassTransit.DependencyInjection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>Holds the outboxes in one context, one per bus.</summary>
/// <remarks>
/// A bus has its own settings if it was given an outbox. Any other bus with an endpoint that uses the outbox gets the
/// settings of the first one.
/// </remarks>
sealed class BusOutboxes<TDbContext>(IServiceProvider provider, IServiceCollection services) : IDisposable
    where TDbContext : DbContext
{
    readonly Lock _lock = new();
    readonly List<BusOutbox<TDbContext>> _added = [];
    BusOutbox<TDbContext>[] _all = [.. provider.GetServices<BusOutbox<TDbContext>>()];
    bool _isHosted;

    public IReadOnlyList<BusOutbox<TDbContext>> All => Volatile.Read(ref _all);

    /// <summary>Returns the outboxes that exist when the hosted delivery starts.</summary>
    /// <remarks>An outbox that is added later delivers after each commit, and is not swept.</remarks>
    public IReadOnlyList<BusOutbox<TDbContext>> Host()
    {
        lock (_lock)
        {
            _isHosted = true;
            return _all;
        }
    }

    /// <summary>Ensures that the bus that is being created has an outbox.</summary>
    public void Include(IRegistrationContext context)
    {
        lock (_lock)
        {
            if (Array.Exists(_all, outbox => outbox.IsRegisteredBy(context)) || BusOf(context) is not { } bus)
                return;

            var first = _all[0];
            var outbox =
                (BusOutbox<TDbContext>)
                    Activator.CreateInstance(
                        typeof(BusOutbox<,>).MakeGenericType(bus, typeof(TDbContext)),
                        provider,
                        first.Settings.For(bus),
                        first.IsHosted && !_isHosted
                    )!;
            _added.Add(outbox);
            _all = [.. _all, outbox];
        }
    }

    public void Dispose() => _added.ForEach(outbox => outbox.Dispose());

    // Only the registration knows the bus's type.
    Type? BusOf(IRegistrationContext context) =>
        services
            .Select(service => service.ServiceType)
            .Where(type =>
                type is { IsGenericType: true, ContainsGenericParameters: false }
                && type.GetGenericTypeDefinition() == typeof(Bind<,>)
                && type.GetGenericArguments()[1] == typeof(IBusRegistrationContext)
            )
            .Where(type =>
                provider.GetService(type) is { } bound
                && ReferenceEquals(
                    type.GetProperty(nameof(Bind<IBus, IBusRegistrationContext>.Value))!.GetValue(bound),
                    context
                )
            )
            .Select(type => type.GetGenericArguments()[0])
            .FirstOrDefault();
}
