using System.Data;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform;
using RideBooking.Platform.Persistence;

namespace RideBooking.Tests.Platform.Persistence;

/// <summary>A server that accepts every statement, returns no rows and changes none.</summary>
internal sealed class AnswersNothing : DbCommandInterceptor, IDbConnectionInterceptor
{
    public List<string> Asked { get; } = [];

    public AppDbContext AsSqlServer(IModule[] modules) =>
        new SqlServerAppDbContext(Options<SqlServerAppDbContext>(modules, db => db.UseSqlServer()));

    public AppDbContext AsPostgres(IModule[] modules) =>
        new PostgresAppDbContext(Options<PostgresAppDbContext>(modules, db => db.UseNpgsql()));

    DbContextOptions<T> Options<T>(IModule[] modules, Action<DbContextOptionsBuilder> use)
        where T : AppDbContext
    {
        var options = new DbContextOptionsBuilder<T>();
        use(options);
        var services = new ServiceCollection();
        foreach (var module in modules)
            services.AddSingleton(module);
        options
            .UseApplicationServiceProvider(services.BuildServiceProvider())
            .UseSnakeCaseNamingConvention()
            .ReplaceService<IModelCacheKeyFactory, ModuleModelCacheKeyFactory>()
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
