using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Events.Subscriptions;

/// <summary>Uses a context of its own for one unit of work.</summary>
internal static class ScopedContexts
{
    public static async Task<T> With<T>(this IServiceScopeFactory scopes, Func<AppDbContext, Task<T>> use)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<AppDbContext>());
    }

    public static async Task With(this IServiceScopeFactory scopes, Func<AppDbContext, Task> use)
    {
        await using var scope = scopes.CreateAsyncScope();
        await use(scope.ServiceProvider.GetRequiredService<AppDbContext>());
    }
}
