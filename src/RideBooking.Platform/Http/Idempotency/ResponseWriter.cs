using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Http.Idempotency;

/// <summary>Stores responses for replay: one at a time under low load, and many in one transaction under high load.</summary>
/// <remarks>Under high load, a transaction for each response would delay the work that the requests cause.</remarks>
internal sealed class ResponseWriter(IServiceScopeFactory scopes)
{
    const int MaxPerTransaction = 100;

    readonly Lock _lock = new();
    readonly Queue<Item> _waiting = [];
    bool _isWriting;

    /// <summary>Stores a response unless the claim was lost. The task completes after the commit.</summary>
    public Task Write(Claim.Granted claim, StoredResponse response, bool isTooLarge)
    {
        var item = new Item(claim, response, isTooLarge);
        lock (_lock)
        {
            _waiting.Enqueue(item);
            if (!_isWriting)
            {
                _isWriting = true;
                // The batch serves many requests, so it runs without the trace and log scope of any one of them.
                using (ExecutionContext.SuppressFlow())
                    _ = Task.Run(WriteAll);
            }
        }

        return item.Written.Task;
    }

    async Task WriteAll()
    {
        while (Next() is { Count: > 0 } items)
            try
            {
                await Write(items);
                foreach (var item in items)
                    item.Written.TrySetResult();
            }
            catch (Exception exception)
            {
                foreach (var item in items)
                    item.Written.TrySetException(exception);
            }
    }

    List<Item> Next()
    {
        var items = new List<Item>();
        lock (_lock)
        {
            while (items.Count < MaxPerTransaction && _waiting.TryDequeue(out var item))
                items.Add(item);
            _isWriting = items.Count > 0;
        }

        return items;
    }

    async Task Write(List<Item> items)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        if (items is [var only])
        {
            await Write(db, only);
            return;
        }

        await db
            .Database.CreateExecutionStrategy()
            .ExecuteAsync(async () =>
            {
                await using var transaction = await db.Database.BeginTransactionAsync();
                foreach (var item in items)
                    await Write(db, item);
                await transaction.CommitAsync();
            });
    }

    static Task<int> Write(AppDbContext db, Item item)
    {
        var (claim, response) = (item.Claim, item.Response);
        var body = item.IsTooLarge || response.Body.Length == 0 ? null : response.Body;
        return IdempotencyStore
            .OwnedBy(db, claim)
            .ExecuteUpdateAsync(set =>
                set.SetProperty(key => key.Status, response.Status)
                    .SetProperty(key => key.ContentType, response.ContentType)
                    .SetProperty(key => key.Location, response.Location)
                    .SetProperty(key => key.EntityTag, response.EntityTag)
                    .SetProperty(key => key.Body, body)
                    .SetProperty(key => key.BodyTooLarge, item.IsTooLarge)
            );
    }

    sealed record Item(Claim.Granted Claim, StoredResponse Response, bool IsTooLarge)
    {
        public TaskCompletionSource Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
