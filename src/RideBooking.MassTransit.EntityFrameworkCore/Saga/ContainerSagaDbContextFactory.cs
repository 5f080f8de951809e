using Microsoft.EntityFrameworkCore;

namespace MassTransit.EntityFrameworkCoreIntegration.Saga;

/// <summary>Provides the context of the message's scope, which the container disposes.</summary>
sealed class ContainerSagaDbContextFactory<TContext, TSaga>(TContext dbContext) : ISagaDbContextFactory<TSaga>
    where TContext : DbContext
    where TSaga : class, ISaga
{
    public DbContext Create() => dbContext;

    public DbContext CreateScoped<T>(ConsumeContext<T> context)
        where T : class => dbContext;

    public ValueTask ReleaseAsync(DbContext dbContext) => ValueTask.CompletedTask;
}
