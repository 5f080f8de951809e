using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace RideBooking.Platform.Persistence;

/// <summary>A query for one row that EF Core compiles once and does not look up in its cache each time.</summary>
/// <remarks>
/// For queries that run in every request of a ride. Elsewhere an ordinary query is easier to read. EF Core's own compiled
/// queries serve one model. A process may have several, as the tests do.
/// </remarks>
/// <typeparam name="TKey">The query's argument.</typeparam>
/// <typeparam name="TRow">The query's result.</typeparam>
public sealed class CompiledQuery<TKey, TRow>(Expression<Func<AppDbContext, TKey, CancellationToken, TRow?>> query)
    where TRow : class
{
    readonly ConditionalWeakTable<IModel, Func<AppDbContext, TKey, CancellationToken, Task<TRow?>>> _prepared = [];

    /// <summary>Returns the row, or null.</summary>
    public Task<TRow?> Execute(AppDbContext db, TKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(db);
        return _prepared.GetValue(db.Model, _ => EF.CompileAsyncQuery(query))(db, key, cancellationToken);
    }
}
