using System.Net.Mime;
using System.Text.Json;
using MassTransit;
using MassTransit.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Messaging.SetAside;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.ErrorQueues;

/// <summary>The queues of the in-memory transport: a table that its failed messages are kept in.</summary>
internal sealed class InMemoryErrorQueues(
    IServiceScopeFactory scopes,
    IBus bus,
    ReceiveEndpoints endpoints,
    OneAtATime oneAtATime,
    TimeProvider clock
) : IErrorQueues
{
    const int Batch = 100;

    public async Task<int> Count(string queue, CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await In(scope, queue).CountAsync(stop);
    }

    public async Task<IReadOnlyList<FailedMessage>> Peek(string queue, int most, CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        var rows = await In(scope, queue).Take(most).ToListAsync(stop);
        return [.. rows.Select(Read)];
    }

    public async Task Work(
        string queue,
        Func<FailedMessage, Handling> decide,
        Func<FailedMessage, Task> record,
        CancellationToken stop
    )
    {
        using var alone = await oneAtATime.Enter(queue, stop);
        // Those that are there now: what fails again meanwhile comes behind.
        var until = clock.GetUtcNow();
        (DateTimeOffset At, Guid Id)? after = null;
        while (true)
        {
            await using var scope = scopes.CreateAsyncScope();
            var rest = In(scope, queue).Where(row => row.At <= until);
            if (after is var (at, id))
                rest = rest.Where(row => row.At > at || (row.At == at && row.Id > id));
            var rows = await rest.Take(Batch).ToListAsync(stop);
            if (rows.Count == 0)
                return;
            foreach (var row in rows)
            {
                after = (row.At, row.Id);
                var message = Read(row);
                var handling = decide(message);
                if (handling == Handling.Keep)
                    continue;
                if (handling == Handling.SendBack)
                    await SendBack(message, stop);
                await record(message);
                await Delete(scope, row.Id);
            }
        }
    }

    public async Task PutBack(FailedMessage message, CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var now = clock.GetUtcNow();
        db.Add(
            new SetAsideMessage
            {
                Id = Guid.CreateVersion7(now),
                Queue = message.Queue,
                At = now,
                Headers = JsonSerializer.Serialize(message.Headers),
                ContentType = message.ContentType,
                Body = message.Body,
            }
        );
        await db.SaveChangesAsync(stop);
    }

    async Task SendBack(FailedMessage message, CancellationToken stop)
    {
        // Sending to a queue that does not exist would make one that nobody reads.
        if (!endpoints.Names.Contains(message.Endpoint))
            throw new QueueIsGoneException(message.Endpoint);
        var endpoint = await bus.GetSendEndpoint(new Uri($"queue:{message.Endpoint}"));
        await endpoint.Send(
            new AsItWas(),
            context =>
            {
                context.Serializer = new CopyBodySerializer(
                    new ContentType(message.ContentType ?? MediaTypeNames.Application.Octet),
                    new BytesMessageBody(message.BodyToSend())
                );
                if (Guid.TryParse(message.MessageId, out var messageId))
                    context.MessageId = messageId;
                foreach (var (name, value) in message.Headers)
                    if (value is not null && !FailedMessage.TellsOfFailure(name))
                        context.Headers.Set(name, value);
            },
            stop
        );
    }

    static IQueryable<SetAsideMessage> In(AsyncServiceScope scope, string queue) =>
        scope
            .ServiceProvider.GetRequiredService<AppDbContext>()
            .Set<SetAsideMessage>()
            .AsNoTracking()
            .Where(row => row.Queue == queue)
            .OrderBy(row => row.At)
            .ThenBy(row => row.Id);

    static Task<int> Delete(AsyncServiceScope scope, Guid id) =>
        scope
            .ServiceProvider.GetRequiredService<AppDbContext>()
            .Set<SetAsideMessage>()
            .Where(row => row.Id == id)
            .ExecuteDeleteAsync(CancellationToken.None);

    static FailedMessage Read(SetAsideMessage row) =>
        new(row.Queue, StoredHeaders.Read(row.Headers), row.ContentType, row.Body);

    // The body says what it is.
    sealed record AsItWas;
}

/// <summary>Headers as they are stored.</summary>
internal static class StoredHeaders
{
    public static IReadOnlyDictionary<string, string?> Read(string json) =>
        new Dictionary<string, string?>(
            JsonSerializer.Deserialize<Dictionary<string, string?>>(json)!,
            StringComparer.OrdinalIgnoreCase
        );
}
