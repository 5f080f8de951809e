using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace MassTransit.EntityFrameworkCoreIntegration.Saga;

/// <summary>Keeps sagas in memory between their messages, so that the next message need not read them.</summary>
/// <remarks>
/// <para>An instance is lent to one message at a time and returned after the commit. Another process may have changed the row
/// in the meantime, so the version is compared when the message is written, even if the saga is unchanged. A cached saga
/// never decides a refusal.</para>
/// <para>After a conflict, no saga is lent for a while, because other processes are working on the same sagas. A saga that
/// was kept for long is not lent either: its row may have been changed manually, without a new version.</para>
/// </remarks>
sealed class SagaCache<TSaga>(TimeProvider clock)
    where TSaga : class, ISaga
{
    const int MaxSagas = 10_000;
    static readonly TimeSpan s_pause = TimeSpan.FromSeconds(30);
    static readonly TimeSpan s_maxAge = TimeSpan.FromMinutes(1);

    readonly Lock _lock = new();
    Dictionary<Guid, Kept> _recent = [];
    Dictionary<Guid, Kept> _previous = [];
    IModel? _model;
    IProperty? _version;
    DateTimeOffset _pausedUntil;

    /// <summary>The turns of the messages, each of which reads what the one before it has committed.</summary>
    public SagaTurns Turns { get; } = new();

    /// <summary>Removes the saga from the cache and returns it, if it is there and still valid.</summary>
    public TSaga? Take(Guid correlationId)
    {
        lock (_lock)
        {
            if (!_recent.Remove(correlationId, out var kept) && !_previous.Remove(correlationId, out kept))
                return null;
            var now = clock.GetUtcNow();
            return now >= _pausedUntil && now < kept.Until ? kept.Saga : null;
        }
    }

    /// <summary>Keeps a copy of the saga as it was committed, unless a later version is already there.</summary>
    /// <remarks>The original instance may still be in use, for example by a response that is being written.</remarks>
    public void Keep(TSaga committed, DbContext context)
    {
        if (VersionIn(context) is not { } version)
            return;
        var saga = (TSaga)context.Entry(committed).CurrentValues.ToObject();
        lock (_lock)
        {
            if (
                (
                    _recent.TryGetValue(saga.CorrelationId, out var known)
                    || _previous.TryGetValue(saga.CorrelationId, out known)
                )
                && Number(known.Saga, version) > Number(saga, version)
            )
                return;
            _previous.Remove(saga.CorrelationId);
            if (_recent.Count >= MaxSagas)
                (_previous, _recent) = (_recent, []);
            _recent[saga.CorrelationId] = new Kept(saga, clock.GetUtcNow() + s_maxAge);
        }
    }

    /// <summary>Removes a saga that was deleted.</summary>
    public void Forget(Guid correlationId)
    {
        lock (_lock)
        {
            _recent.Remove(correlationId);
            _previous.Remove(correlationId);
        }
    }

    /// <summary>Empties the cache and lends nothing for a while, because another process changes the same sagas.</summary>
    public void Pause()
    {
        lock (_lock)
        {
            (_recent, _previous) = ([], []);
            _pausedUntil = clock.GetUtcNow() + s_pause;
        }
    }

    /// <summary>
    /// Returns whether the context's model allows caching: the saga has no relationships and one version that the repository
    /// increments.
    /// </summary>
    public bool AllowsCaching(DbContext context) => VersionIn(context) is not null;

    IProperty? VersionIn(DbContext context)
    {
        if (ReferenceEquals(_model, context.Model))
            return _version;
        var type = context.Model.FindEntityType(typeof(TSaga));
        var tokens = type?.GetProperties().Where(property => property.IsConcurrencyToken).ToList();
        _version =
            tokens is [{ ValueGenerated: ValueGenerated.Never, PropertyInfo: not null } token]
            && (token.ClrType == typeof(int) || token.ClrType == typeof(long))
            && EntityTransfer.IsSeparate(type!)
                ? token
                : null;
        _model = context.Model;
        return _version;
    }

    static long Number(TSaga saga, IProperty version) =>
        Convert.ToInt64(version.PropertyInfo!.GetValue(saga), System.Globalization.CultureInfo.InvariantCulture);

    readonly record struct Kept(TSaga Saga, DateTimeOffset Until);
}
