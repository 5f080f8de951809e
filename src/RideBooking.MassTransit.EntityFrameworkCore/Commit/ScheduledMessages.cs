using Microsoft.EntityFrameworkCore;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>Deletes scheduled messages that are cancelled.</summary>
static class ScheduledMessages
{
    // SQL Server allows 2100 parameters, and a short list is planned only once.
    const int TokensPerStatement = 100;

    /// <summary>Deletes the messages with these tokens, within the context's transaction.</summary>
    /// <remarks>A message that is already sent, or that was never scheduled here, has no row. Its handler decides.</remarks>
    public static async Task Cancel(DbContext context, IEnumerable<Guid> tokens, CancellationToken cancellationToken)
    {
        foreach (var some in tokens.Chunk(TokensPerStatement))
            await context
                .Set<ScheduledOutboxMessage>()
                .Where(message => some.Contains(message.Token))
                .ExecuteDeleteAsync(cancellationToken);
    }
}
