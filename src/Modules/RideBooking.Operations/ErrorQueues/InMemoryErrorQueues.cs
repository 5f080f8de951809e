using System.Net.Mime;
using System.Text.Json;
using MassTransit;
using MassTransit.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Messaging.DeadLetters;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.ErrorQueues;

/// <summary>The error queues of the in-memory transport: a table that holds the failed messages.</summary>
/// <remarks>
/// A message that is sent back survives the death of the process only once it has been handled. Until then, the only copy beside
/// the store's is in the process's memory.
/// </remarks>
internal sealed class InMemoryErrorQueues(
    IServiceScopeFactory scopes,
    IBus bus,
    ReceiveEndpoints endpoints,
    PendingRedrives pending
) : IErrorQueues
{
    const int Batch = 100;

    public async Task Move(
        IReadOnlyList<string> queues,
        Func<IReadOnlyList<FailedMessage>, Task> store,
        CancellationToken cancellationToken
    )
    {
        var notMoved = new QueuesNotMoved();
        while (true)
        {
            await using var scope = scopes.CreateAsyncScope();
            var table = scope.ServiceProvider.GetRequiredService<AppDbContext>().Set<DeadLetterMessage>();
            var movable = queues.Where(queue => !notMoved.Contains(queue)).ToList();
            var batch = await table
                .AsNoTracking()
                .Where(row => movable.Contains(row.Queue))
                .OrderBy(row => row.At)
                .ThenBy(row => row.Id)
                .Take(Batch)
                .ToListAsync(cancellationToken);
            if (batch.Count == 0)
                break;
            foreach (var rows in batch.GroupBy(row => row.Queue))
                try
                {
                    await store([.. rows.Select(Read)]);
                    var ids = rows.Select(row => row.Id).ToList();
                    await table.Where(row => ids.Contains(row.Id)).ExecuteDeleteAsync(CancellationToken.None);
                }
                catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
                {
                    notMoved.Add(rows.Key, exception);
                }
        }
        notMoved.ThrowIfAny();
    }

    public async Task<Task> SendBack(FailedMessage message, CancellationToken cancellationToken)
    {
        // Sending to a queue that does not exist would create a queue without a consumer.
        if (!endpoints.Names.Contains(message.Endpoint))
            throw new QueueNotFoundException(message.Endpoint);
        var endpoint = await bus.GetSendEndpoint(new Uri($"queue:{message.Endpoint}"));
        var (id, handled) = pending.Begin();
        try
        {
            await endpoint.Send(new UnchangedMessage(), Copy, cancellationToken);
        }
        catch
        {
            pending.Forget(id);
            throw;
        }
        return handled;

        void Copy(SendContext<UnchangedMessage> context)
        {
            context.Serializer = new CopyBodySerializer(
                new ContentType(message.ContentType ?? MediaTypeNames.Application.Octet),
                new BytesMessageBody(message.BodyToSend())
            );
            if (Guid.TryParse(message.MessageId, out var messageId))
                context.MessageId = messageId;
            foreach (var (name, value) in message.Headers)
                if (value is not null && !FailedMessage.DescribesFailure(name))
                    context.Headers.Set(name, value);
            // MassTransit timestamps messages by the system's clock.
            context.Headers.Set(DueTime.Header, DueTime.Text(TimeProvider.System.GetUtcNow()));
            context.Headers.Set(PendingRedrives.Header, id.ToString());
        }
    }

    // This process does.
    public Task<bool> IsConsumed(IReadOnlyList<string> queues, CancellationToken cancellationToken) =>
        Task.FromResult(true);

    static FailedMessage Read(DeadLetterMessage row)
    {
        var headers = new Dictionary<string, string?>(
            JsonSerializer.Deserialize<Dictionary<string, string?>>(row.Headers)!,
            StringComparer.OrdinalIgnoreCase
        );
        headers.Remove(PendingRedrives.Header);
        return new(row.Queue, headers, row.ContentType, row.Body);
    }

    // The body declares its content type.
    sealed record UnchangedMessage;
}
