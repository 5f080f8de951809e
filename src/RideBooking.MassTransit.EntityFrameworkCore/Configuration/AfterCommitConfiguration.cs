using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// Adds <see cref="AfterCommit"/> to the contexts that have an outbox: those given to AddEntityFrameworkOutbox, and those
/// derived from them.
/// </summary>
sealed class AfterCommitConfiguration<TContext>(IEnumerable<OutboxRegistration> outboxes)
    : IDbContextOptionsConfiguration<TContext>
    where TContext : DbContext
{
    public void Configure(IServiceProvider serviceProvider, DbContextOptionsBuilder optionsBuilder)
    {
        if (outboxes.Any(outbox => outbox.Context.IsAssignableFrom(typeof(TContext))))
            optionsBuilder.AddInterceptors(AfterCommit.Instance);
    }
}

/// <summary>Registers that a context has an outbox.</summary>
sealed record OutboxRegistration(Type Context);
