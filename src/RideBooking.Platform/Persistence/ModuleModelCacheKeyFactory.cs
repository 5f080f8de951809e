using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace RideBooking.Platform.Persistence;

/// <summary>Keeps one model for each set of modules.</summary>
/// <remarks>
/// The framework keeps one for each type of context. A test of one module would get the model of another module that was
/// composed earlier in the same process.
/// </remarks>
internal sealed class ModuleModelCacheKeyFactory : IModelCacheKeyFactory
{
    public object Create(DbContext context, bool designTime) =>
        (context.GetType(), designTime, (context as AppDbContext)?.Composition);
}
