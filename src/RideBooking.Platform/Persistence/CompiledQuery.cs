using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace RideBooking.Platform.Persistence;

/// <summary>
/// A query for one row that EF Core prepares once, instead of recognizing its expression each time. For what is asked in every
/// request of a ride; elsewhere an ordinary query reads better.
/// </summary>
/// <remarks>EF Core's own compiled queries serve one model. A process may have several, as the tests' do.</remarks>
/// <typeparam name="TKey">What it is asked with.</typeparam>
/// <typeparam name="TRow">What it finds.</typeparam>
public sealed class CompiledQuery<TKey, TRow>(Expression<Func<AppDbContext, TKey, CancellationToken, TRow?>> query)
    where TRow : class
{
    readonly ConditionalWeakTable<IModel, Func<AppDbContext, TKey, CancellationToken, Task<TRow?>>> _prepared = [];

    /// <summary>The row, or null.</summary>
    public Task<TRow?> Ask(AppDbContext db, TKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(db);
        return _prepared.GetValue(db.Model, _ => EF.CompileAsyncQuery(query))(db, key, cancellationToken);
    }
}
