using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace MassTransit.EntityFrameworkCoreIntegration.Saga;

/// <summary>
/// Keeps sagas between their messages, so that the next need not read them. An instance is lent to one message at a time and
/// comes back when that is committed. It may have been overtaken by another process: its version is compared when the message
/// is written, changed or not; nothing is refused by it; and when it was overtaken, nothing is lent for a while, for then
/// others work on the same sagas. Nor is it lent when it was kept for long: somebody may have changed its row by hand, and not
/// its version.
/// </summary>
sealed class SagaCache<TSaga>(TimeProvider clock)
    where TSaga : class, ISaga
{
    const int MaxKept = 10_000;
    static readonly TimeSpan s_pause = TimeSpan.FromSeconds(30);
    static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    readonly Lock _lock = new();
    Dictionary<Guid, Kept> _recent = [];
    Dictionary<Guid, Kept> _before = [];
    IModel? _model;
    IProperty? _version;
    DateTimeOffset _pausedUntil;

    /// <summary>Takes the saga out, if it is there.</summary>
    public TSaga? Take(Guid correlationId)
    {
        lock (_lock)
        {
            if (!_recent.Remove(correlationId, out var kept) && !_before.Remove(correlationId, out kept))
                return null;
            var now = clock.GetUtcNow();
            return now >= _pausedUntil && now < kept.Until ? kept.Saga : null;
        }
    }

    /// <summary>
    /// Keeps the saga as it was committed, unless a later version is there already. It is a copy: who still holds the instance, an
    /// answer that is being written say, keeps it as it was.
    /// </summary>
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
                    || _before.TryGetValue(saga.CorrelationId, out known)
                )
                && Number(known.Saga, version) > Number(saga, version)
            )
                return;
            _before.Remove(saga.CorrelationId);
            if (_recent.Count >= MaxKept)
                (_before, _recent) = (_recent, []);
            _recent[saga.CorrelationId] = new Kept(saga, clock.GetUtcNow() + s_longest);
        }
    }

    /// <summary>Forgets a saga that was deleted.</summary>
    public void Forget(Guid correlationId)
    {
        lock (_lock)
        {
            _recent.Remove(correlationId);
            _before.Remove(correlationId);
        }
    }

    /// <summary>Somebody else changes the same sagas.</summary>
    public void Pause()
    {
        lock (_lock)
        {
            (_recent, _before) = ([], []);
            _pausedUntil = clock.GetUtcNow() + s_pause;
        }
    }

    /// <summary>Whether the context's model lets the saga be kept: it stands alone and has one version that the repository advances.</summary>
    public bool Suits(DbContext context) => VersionIn(context) is not null;

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
