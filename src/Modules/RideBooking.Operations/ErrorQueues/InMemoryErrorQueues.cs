using System.Net.Mime;
using System.Runtime.CompilerServices;
using System.Text.Json;
using MassTransit;
using MassTransit.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Messaging.DeadLetters;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.ErrorQueues;

/// <summary>The error queues of the in-memory transport: a table that holds the failed messages.</summary>
/// <remarks>
/// A message that is sent back leaves the table only when it has been handled. Until then, the only other copy is in the
/// process's memory.
/// </remarks>
internal sealed class InMemoryErrorQueues(
    IServiceScopeFactory scopes,
    IBus bus,
    ReceiveEndpoints endpoints,
    PendingRedrives sentBack,
    TimeProvider clock,
    ILogger<InMemoryErrorQueues> logger
) : IErrorQueues
{
    const int Batch = 100;
    readonly KeyedLock<string> _queues = new();
    static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);

    public async Task<int> Count(string queue, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await In(scope, queue).CountAsync(cancellationToken);
    }

    public async Task Peek(string queue, int limit, Action<FailedMessage> see, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        await foreach (var row in In(scope, queue).Take(limit).AsAsyncEnumerable().WithCancellation(cancellationToken))
            see(Read(row));
    }

    public async Task Remove(
        string queue,
        IReadOnlySet<string> ids,
        Func<IReadOnlyList<FailedMessage>, Task> record,
        CancellationToken cancellationToken
    )
    {
        using var alone = await _queues.Enter(queue, cancellationToken);
        await foreach (var batch in Chunks(queue, ids, cancellationToken))
        {
            await record([.. batch.Select(row => row.Message)]);
            await Delete([.. batch.Select(row => row.Id)]);
        }
    }

    async IAsyncEnumerable<List<(Guid Id, FailedMessage Message)>> Chunks(
        string queue,
        IReadOnlySet<string> ids,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        List<Guid> rows = [];
        await using (var scope = scopes.CreateAsyncScope())
            await foreach (var row in In(scope, queue).AsAsyncEnumerable().WithCancellation(cancellationToken))
                if (ids.Contains(Read(row).Id))
                    rows.Add(row.Id);
        foreach (var some in rows.Chunk(Batch))
        {
            await using var scope = scopes.CreateAsyncScope();
            var read = await In(scope, queue).Where(row => some.Contains(row.Id)).ToListAsync(cancellationToken);
            yield return read.ConvertAll(row => (row.Id, Read(row)));
        }
    }

    public async Task Work(
        string queue,
        Func<FailedMessage, Handling> decide,
        Func<FailedMessage, Task> record,
        CancellationToken cancellationToken
    )
    {
        using var alone = await _queues.Enter(queue, cancellationToken);
        // Only the messages that are there now. A message that fails again meanwhile is added behind them.
        var until = clock.GetUtcNow();
        (DateTimeOffset At, Guid Id)? after = null;
        List<Task> underway = [];
        for (var more = true; more; )
        {
            await using var scope = scopes.CreateAsyncScope();
            var rest = In(scope, queue).Where(row => row.At <= until);
            if (after is var (at, id))
                rest = rest.Where(row => row.At > at || (row.At == at && row.Id > id));
            var rows = await rest.Take(Batch).ToListAsync(cancellationToken);
            more = rows.Count > 0;
            foreach (var row in rows)
            {
                after = (row.At, row.Id);
                var message = Read(row);
                var handling = decide(message);
                if (handling == Handling.Stop)
                {
                    more = false;
                    break;
                }
                if (handling == Handling.Keep)
                    continue;
                if (handling == Handling.SendBack)
                    underway.Add(LeaveWhenHandled(row.Id, await SendBack(message, row.Id, cancellationToken)));
                await record(message);
            }
        }
        // A redrive ends when its messages have been handled. It does not wait for a message that takes long, for example
        // while the database is unavailable.
        await Task.WhenAny(Task.WhenAll(underway), Task.Delay(s_timeout, clock, cancellationToken));
    }

    public async Task PutBack(FailedMessage message, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var now = clock.GetUtcNow();
        db.Add(
            new DeadLetterMessage
            {
                Id = Guid.CreateVersion7(now),
                Queue = message.Queue,
                At = now,
                Headers = JsonSerializer.Serialize(message.Headers),
                ContentType = message.ContentType,
                Body = message.Body,
            }
        );
        await db.SaveChangesAsync(cancellationToken);
    }

    async Task<Task> SendBack(FailedMessage message, Guid row, CancellationToken cancellationToken)
    {
        // Sending to a queue that does not exist would create a queue without a consumer.
        if (!endpoints.Names.Contains(message.Endpoint))
            throw new QueueNotFoundException(message.Endpoint);
        var endpoint = await bus.GetSendEndpoint(new Uri($"queue:{message.Endpoint}"));
        var handled = sentBack.Begin(row);
        try
        {
            await endpoint.Send(new AsItWas(), AsItIs, cancellationToken);
        }
        catch
        {
            sentBack.End(row);
            throw;
        }
        return handled;

        void AsItIs(SendContext<AsItWas> context)
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
            context.Headers.Set(DueTime.Header, DueTime.Text(TimeProvider.System.GetUtcNow()));
            context.Headers.Set(ErrorQueues.PendingRedrives.Header, row.ToString());
        }
    }

    async Task LeaveWhenHandled(Guid row, Task handled)
    {
        await handled;
        try
        {
            await Delete([row]);
        }
        catch (Exception exception)
        {
            // It stays in the queue. If it is sent again, the inbox drops it.
            logger.LogWarning(exception, "Removing a handled message from its error queue failed; it stays listed");
        }
        sentBack.End(row);
    }

    IQueryable<DeadLetterMessage> In(AsyncServiceScope scope, string queue)
    {
        var underway = sentBack.Underway;
        return scope
            .ServiceProvider.GetRequiredService<AppDbContext>()
            .Set<DeadLetterMessage>()
            .AsNoTracking()
            .Where(row => row.Queue == queue && !underway.Contains(row.Id))
            .OrderBy(row => row.At)
            .ThenBy(row => row.Id);
    }

    async Task Delete(Guid[] ids)
    {
        await using var scope = scopes.CreateAsyncScope();
        await scope
            .ServiceProvider.GetRequiredService<AppDbContext>()
            .Set<DeadLetterMessage>()
            .Where(row => ids.Contains(row.Id))
            .ExecuteDeleteAsync(CancellationToken.None);
    }

    static FailedMessage Read(DeadLetterMessage row)
    {
        var headers = StoredHeaders.Read(row.Headers).Where(header => header.Key != ErrorQueues.PendingRedrives.Header);
        return new(
            row.Queue,
            new Dictionary<string, string?>(headers, StringComparer.OrdinalIgnoreCase),
            row.ContentType,
            row.Body
        );
    }

    // The body declares its content type.
    sealed record AsItWas;
}

/// <summary>Reads and writes headers in their stored form.</summary>
internal static class StoredHeaders
{
    public static IReadOnlyDictionary<string, string?> Read(string json) =>
        new Dictionary<string, string?>(
            JsonSerializer.Deserialize<Dictionary<string, string?>>(json)!,
            StringComparer.OrdinalIgnoreCase
        );
}
