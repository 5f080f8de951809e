using Microsoft.EntityFrameworkCore;

namespace MassTransit.EntityFrameworkCoreIntegration.Saga;

/// <summary>Creates a context per message with a factory; the repository disposes it.</summary>
sealed class DelegateSagaDbContextFactory<TSaga>(Func<DbContext> factory) : ISagaDbContextFactory<TSaga>
    where TSaga : class, ISaga
{
    public DbContext Create() => factory();

    public DbContext CreateScoped<T>(ConsumeContext<T> context)
        where T : class => factory();

    public ValueTask ReleaseAsync(DbContext dbContext) => dbContext.DisposeAsync();
}
