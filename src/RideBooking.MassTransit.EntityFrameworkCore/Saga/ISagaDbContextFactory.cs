using Microsoft.EntityFrameworkCore;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>Provides the saga repository's context.</summary>
public interface ISagaDbContextFactory<out TSaga>
    where TSaga : class, ISaga
{
    /// <summary>Creates a context outside any message.</summary>
    DbContext Create();

    /// <summary>Returns the context in which this message is handled.</summary>
    DbContext CreateScoped<T>(ConsumeContext<T> context)
        where T : class;

    /// <summary>Releases a context that the repository no longer uses.</summary>
    ValueTask ReleaseAsync(DbContext dbContext);
}
