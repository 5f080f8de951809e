using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Messaging.DeadLetters;
using RideBooking.Platform.Persistence;

namespace RideBooking.Tests.Operations.ErrorQueues;

/// <summary>Puts messages into error queues of the embedded default.</summary>
internal static class DeadLetters
{
    /// <summary>Adds a message to each of the queues.</summary>
    public static async Task Fail(
        this IServiceProvider services,
        IEnumerable<string> queues,
        CancellationToken cancellationToken
    )
    {
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        db.AddRange(
            queues.Select(queue => new DeadLetterMessage
            {
                Id = Guid.CreateVersion7(),
                Queue = queue,
                At = DateTimeOffset.UtcNow,
                Headers = "{}",
                ContentType = "application/json",
                Body = Guid.NewGuid().ToByteArray(),
            })
        );
        await db.SaveChangesAsync(cancellationToken);
    }
}
