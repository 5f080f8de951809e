using System.Data;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using RideBooking.Platform;
using RideBooking.Platform.Persistence;

namespace RideBooking.Tests.Persistence;

/// <summary>A server that takes every question and has no row to answer with, and none to change.</summary>
internal sealed class AnswersNothing : DbCommandInterceptor, IDbConnectionInterceptor
{
    public List<string> Asked { get; } = [];

    public AppDbContext AsSqlServer(IModule[] modules) =>
        new SqlServerAppDbContext(Options<SqlServerAppDbContext>(db => db.UseSqlServer()), modules);

    public AppDbContext AsPostgres(IModule[] modules) =>
        new PostgresAppDbContext(Options<PostgresAppDbContext>(db => db.UseNpgsql()), modules);

    DbContextOptions<T> Options<T>(Action<DbContextOptionsBuilder> use)
        where T : AppDbContext
    {
        var options = new DbContextOptionsBuilder<T>();
        use(options);
        options
            .UseSnakeCaseNamingConvention()
            .ReplaceService<IModelCacheKeyFactory, ModelPerComposition>()
            .AddInterceptors(this);
        return options.Options;
    }

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command,
        CommandEventData eventData,
        InterceptionResult<DbDataReader> result,
        CancellationToken cancellationToken = default
    )
    {
        Asked.Add(command.CommandText);
        var nothing = new DataTable { Locale = System.Globalization.CultureInfo.InvariantCulture };
        return new(InterceptionResult<DbDataReader>.SuppressWithResult(nothing.CreateDataReader()));
    }

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command,
        CommandEventData eventData,
        InterceptionResult<int> result,
        CancellationToken cancellationToken = default
    )
    {
        Asked.Add(command.CommandText);
        return new(InterceptionResult<int>.SuppressWithResult(0));
    }

    public ValueTask<InterceptionResult> ConnectionOpeningAsync(
        DbConnection connection,
        ConnectionEventData eventData,
        InterceptionResult result,
        CancellationToken cancellationToken = default
    ) => new(InterceptionResult.Suppress());
}
