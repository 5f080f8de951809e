using System.Text.Json;
using System.Text.Json.Serialization;
using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.JsonPatch.SystemTextJson;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Idempotency;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.FailedMessages;

/// <summary>Corrects many failed messages in the same way: by a JSON patch, or by the upcasters of their events.</summary>
internal static class RepairMessages
{
    /// <summary>The maximum number of messages of a request: a transaction of some seconds.</summary>
    const int MaxMessages = 5_000;

    // Bodies are large. Only so many are in memory at once.
    const int BatchSize = 200;

    const int MaxShown = 20;
    const int MaxReasons = 100;
    const int MaxIds = 100;

    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapPost("/operations/failed-messages/repair", Handle)
            .WithSummary("Correct failed messages by a JSON patch or an upcaster")
            .WithDescription(
                "Give either patch (RFC 6902; its pointers begin at the message, without the envelope) or upcast, which makes the newest version of an event from an older one. Every message is checked like a single edit; those that would not be valid stay as they are, and the response groups them by the reason. A request takes up to 5000 messages, the oldest first, in one transaction: nextCursor continues behind them. With dryRun, the response shows what would change and nothing is stored."
            )
            .Refuses(StatusCodes.Status404NotFound, OperationsProblems.QueueNotFound);

    static async Task<Results<Ok<View>, ProblemHttpResult>> Handle(
        Request request,
        Operator by,
        IdempotentRequest attempt,
        ReceiveEndpoints endpoints,
        MessageEditor editor,
        [FromServices] IRideStatuses? rides,
        AppDbContext db,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var selection = request.Selection;
        if (await selection.Unknown(endpoints, db, cancellationToken) is { } unknown)
            return unknown;
        (DateTimeOffset FailedAt, string Id) after = default;
        if (request.Cursor is not null && !Cursor.TryDecode(request.Cursor, out after))
            return Problem.Validation("cursor", "must be the nextCursor of a repair");
        var now = clock.GetUtcNow();
        var failed = db.Set<StoredMessage>().Where(row => row.Status == StoredMessage.Failed);
        var matching = await selection.Of(failed, rides).CountAsync(cancellationToken);

        var selected = selection.Of(failed, rides);
        if (request.Cursor is not null)
            selected = selected.Where(row =>
                row.FailedAt > after.FailedAt
                || (row.FailedAt == after.FailedAt && string.Compare(row.Id, after.Id) > 0)
            );
        var limit = request.Limit ?? MaxMessages;
        var found = await selected
            .OldestFirst()
            .Take(limit + 1)
            .Select(row => new { row.FailedAt, row.Id })
            .ToListAsync(cancellationToken);
        var last = found.Count > limit ? found[limit - 1] : null;
        var nextCursor = last is null ? null : Cursor.Encode((last.FailedAt, last.Id));

        // An earlier attempt with the same Idempotency-Key, whose answer was lost, changed its messages or none.
        var id = attempt.IdFor("repair");
        if (
            await db.Set<OperatorAction>()
                .AsNoTracking()
                .SingleOrDefaultAsync(row => row.Id == id, cancellationToken) is
            { } before
        )
            return TypedResults.Ok(View.OfRepeat(before.Count, matching, selection.Missing(matching), nextCursor));

        var patch = request.ToPatch();
        var result = new Result();
        await using var transaction =
            request.DryRun == true ? null : await db.Database.BeginTransactionAsync(cancellationToken);
        foreach (var batch in found.Take(limit).Select(row => row.Id).Chunk(BatchSize))
        {
            // Locks the rows, so that no redrive sends them as they were.
            if (transaction is not null)
                await failed
                    .Where(row => batch.Contains(row.Id))
                    .ExecuteUpdateAsync(
                        set => set.SetProperty(row => row.Status, StoredMessage.Failed),
                        cancellationToken
                    );
            var rows = await failed.Where(row => batch.Contains(row.Id)).OldestFirst().ToListAsync(cancellationToken);
            foreach (var row in rows)
            {
                var edit = patch is null
                    ? await editor.Upcast(row, db, cancellationToken)
                    : await editor.Patch(row, patch, db, cancellationToken);
                result.Add(row.Id, edit);
                if (transaction is not null && edit is Edit.Changed { Message: var edited, Changes: var changes })
                    row.Edit(
                        edited,
                        new HistoryEntry(HistoryEntry.Edited, now, by.Id, request.Reason, Changes: changes)
                    );
            }
            if (transaction is not null)
                await db.SaveChangesAsync(cancellationToken);
            db.ChangeTracker.Clear();
        }
        if (transaction is not null && result.Changed > 0)
        {
            db.Add(
                new OperatorAction(by.Id, OperatorActionNames.RepairMessages, request.Reason, now)
                {
                    Id = id,
                    Queue = selection.OneQueue,
                    Count = result.Changed,
                }
            );
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        return TypedResults.Ok(
            new View(
                result.Changed,
                result.Unchanged,
                result.Refused,
                matching,
                selection.Missing(matching),
                result.Reasons(),
                result.Items,
                nextCursor
            )
        );
    }

    /// <summary>What came of the messages so far.</summary>
    sealed class Result
    {
        readonly Dictionary<(string Code, string Reason), List<string>> _refused = [];

        public int Changed { get; private set; }

        public int Unchanged { get; private set; }

        public int Refused { get; private set; }

        public List<Item> Items { get; } = [];

        public void Add(string id, Edit edit)
        {
            switch (edit)
            {
                case Edit.Changed changed:
                    Changed++;
                    if (Items.Count < MaxShown)
                        Items.Add(new Item(id, changed.Message.MessageType, changed.Changes));
                    break;
                case Edit.Refused { Code: var code, Reason: var reason }:
                    Refused++;
                    if (!_refused.TryGetValue((code, reason), out var ids))
                        _refused[(code, reason)] = ids = [];
                    ids.Add(id);
                    break;
                default:
                    Unchanged++;
                    break;
            }
        }

        public IReadOnlyList<Reason> Reasons() =>
            [
                .. _refused
                    .OrderByDescending(group => group.Value.Count)
                    .Take(MaxReasons)
                    .Select(group => new Reason(
                        group.Key.Code,
                        group.Key.Reason,
                        group.Value.Count,
                        [.. group.Value.Take(MaxIds)]
                    )),
            ];
    }

    /// <param name="Selection">The messages to correct.</param>
    /// <param name="Limit">The maximum number of messages, the oldest first: up to 5000, which is the default.</param>
    /// <param name="Cursor">The nextCursor of the request before, to continue behind its messages.</param>
    /// <param name="DryRun">Whether to show the changes only.</param>
    /// <param name="Reason">The reason for the repair.</param>
    /// <param name="Patch">The operations of a JSON patch, in order; null for an upcast.</param>
    /// <param name="Upcast">Whether to make the newest version of each event.</param>
    internal sealed record Request(
        Selection Selection,
        int? Limit,
        string? Cursor,
        bool? DryRun,
        string Reason,
        IReadOnlyList<Operation>? Patch = null,
        bool? Upcast = null
    )
    {
        const int MaxOperations = 100;

        /// <summary>Returns the patch; null for an upcast.</summary>
        public JsonPatchDocument? ToPatch() =>
            Patch is null
                ? null
                : JsonSerializer.Deserialize<JsonPatchDocument>(
                    JsonSerializer.SerializeToUtf8Bytes(Patch, JsonSerializerOptions.Web),
                    JsonSerializerOptions.Web
                );

        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator()
            {
                RuleFor(request => request.Selection).NotNull().SetValidator(new Selection.Validator());
                RuleFor(request => request.Limit)
                    .InclusiveBetween(1, MaxMessages)
                    .WithMessage($"must be from 1 to {MaxMessages}");
                RuleFor(request => request.Patch)
                    .Must((request, patch) => patch is null == (request.Upcast == true))
                    .WithMessage("give either patch or upcast")
                    .Must(patch => patch is null or { Count: >= 1 and <= MaxOperations })
                    .WithMessage($"must have 1 to {MaxOperations} operations");
                RuleForEach(request => request.Patch).NotNull().SetValidator(new Operation.Validator());
                RuleFor(request => request.Reason).Reason();
            }
        }
    }

    /// <param name="Op"><c>add</c>, <c>remove</c>, <c>replace</c>, <c>move</c>, <c>copy</c> or <c>test</c>.</param>
    /// <param name="Path">A JSON Pointer into the message.</param>
    /// <param name="From">For <c>move</c> and <c>copy</c>: a JSON Pointer to the value.</param>
    internal sealed record Operation(
        string Op,
        string Path,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? From = null
    )
    {
        const int MaxPointer = 500;

        /// <summary>For <c>add</c>, <c>replace</c> and <c>test</c>: the value.</summary>
        // Not a parameter: the absent value differs from null, and a parameter would have null as its default in the description.
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public JsonElement Value { get; init; }

        bool NeedsValue => Op is "add" or "replace" or "test";

        bool NeedsFrom => Op is "move" or "copy";

        // The library ignores an operation that it does not know, and takes /a/ for /a.
        static bool IsPointer(string? pointer) => pointer is ['/', .., not '/'];

        internal sealed class Validator : AbstractValidator<Operation>
        {
            public Validator()
            {
                RuleFor(operation => operation.Op).OneOf("add", "remove", "replace", "move", "copy", "test");
                RuleFor(operation => operation.Path)
                    .Must(IsPointer)
                    .WithMessage("must be a JSON Pointer to a part of the message, such as /distanceMeters")
                    .Text(1, MaxPointer);
                RuleFor(operation => operation.From)
                    .Must((operation, from) => operation.NeedsFrom == from is not null)
                    .WithMessage("is for move and copy, which need it")
                    .Must(from => from is null || IsPointer(from))
                    .WithMessage("must be a JSON Pointer to a part of the message, such as /distanceMeters")
                    .Text(1, MaxPointer);
                RuleFor(operation => operation.Value)
                    .Must((operation, value) => operation.NeedsValue || value.ValueKind == JsonValueKind.Undefined)
                    .WithMessage("is for add, replace and test")
                    .Must((operation, value) => !operation.NeedsValue || value.ValueKind != JsonValueKind.Undefined)
                    .WithMessage("is required");
            }
        }
    }

    /// <param name="Changed">How many messages were changed; with dryRun, how many would be.</param>
    /// <param name="Unchanged">How many are already so.</param>
    /// <param name="Refused">How many stay as they are, because they would not be valid.</param>
    /// <param name="Matching">How many failed messages match the selection, regardless of limit and cursor.</param>
    /// <param name="NotFound">How many ids match no failed message.</param>
    /// <param name="Reasons">Why messages were refused, the most frequent reason first; up to 100.</param>
    /// <param name="Items">The changes in the first 20 messages.</param>
    /// <param name="NextCursor">Pass it as <c>cursor</c> to continue behind these messages; null at the end.</param>
    internal sealed record View(
        int Changed,
        int Unchanged,
        int Refused,
        int Matching,
        int NotFound,
        IReadOnlyList<Reason> Reasons,
        IReadOnlyList<Item> Items,
        string? NextCursor
    )
    {
        /// <summary>The response to a repeat, of which only the number of changed messages is known.</summary>
        public static View OfRepeat(int changed, int matching, int notFound, string? nextCursor) =>
            new(changed, 0, 0, matching, notFound, [], [], nextCursor);
    }

    /// <param name="Code">The problem code that a single edit would get.</param>
    /// <param name="Text">The reason, for a person.</param>
    /// <param name="Count">How many messages were refused for it.</param>
    /// <param name="Ids">The first 100 of them.</param>
    internal sealed record Reason(string Code, string Text, int Count, IReadOnlyList<string> Ids);

    /// <param name="Id">The failed message.</param>
    /// <param name="MessageType">Its type after the change; an upcast changes it.</param>
    /// <param name="Changes">What changes in it.</param>
    internal sealed record Item(string Id, string? MessageType, IReadOnlyList<MessageChange> Changes);
}
