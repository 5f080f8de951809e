using Microsoft.EntityFrameworkCore;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>Gives the saga repository its context.</summary>
public interface ISagaDbContextFactory<out TSaga>
    where TSaga : class, ISaga
{
    /// <summary>A context outside any message.</summary>
    DbContext Create();

    /// <summary>The context in which this message is handled.</summary>
    DbContext CreateScoped<T>(ConsumeContext<T> context)
        where T : class;

    /// <summary>The repository is done with the context.</summary>
    ValueTask ReleaseAsync(DbContext dbContext);
}
