using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace RideBooking.Platform.Persistence;

/// <summary>
/// Keeps one model for each set of modules. The framework keeps one for each type of context, and so a test of one module
/// would meet the model of whichever module a test of the same process composed first.
/// </summary>
internal sealed class ModuleModelCacheKeyFactory : IModelCacheKeyFactory
{
    public object Create(DbContext context, bool designTime) =>
        (context.GetType(), designTime, (context as AppDbContext)?.Composition);
}
