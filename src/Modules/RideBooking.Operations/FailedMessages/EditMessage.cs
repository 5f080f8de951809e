using System.Text.Json;
using System.Text.Json.Nodes;
using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.FailedMessages;

/// <summary>Corrects the message in a failed message. The next redrive sends it as edited.</summary>
internal static class EditMessage
{
    // Larger than what other requests need: the message was small enough for the broker.
    const int MaxRequestBytes = 1024 * 1024;

    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapPut("/operations/failed-messages/{id}/body", Handle)
            .WithMetadata(new RequestSizeLimitAttribute(MaxRequestBytes))
            .WithSummary("Correct a failed message")
            .WithDescription(
                "Replaces the message in the body. Envelope, message id, headers, times and destination stay, and so do the ids of the ride, the rider and the stream. An event must be valid against the schema of its version, and every message readable at its endpoint. The original body is kept. Give the bodyHash that the failed message shows, or the same value as an entity tag in If-Match: the edit is refused if the body has changed meanwhile. With dryRun, the response shows what would change and nothing is stored. Repeating the request has no effect."
            )
            .Refuses(
                StatusCodes.Status400BadRequest,
                OperationsProblems.MessageInvalid,
                OperationsProblems.IdentityChanged
            )
            .Refuses(StatusCodes.Status404NotFound, OperationsProblems.FailedMessageNotFound)
            .Refuses(
                StatusCodes.Status409Conflict,
                OperationsProblems.MessageNotFailed,
                OperationsProblems.MessageNotJson,
                OperationsProblems.MessageTypeUnknown
            )
            .Refuses(StatusCodes.Status412PreconditionFailed, OperationsProblems.MessageChanged);

    static async Task<Results<Ok<View>, ProblemHttpResult>> Handle(
        string id,
        Request request,
        Operator by,
        HttpContext http,
        MessageEditor editor,
        AppDbContext db,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var expected = http.Request.GetTypedHeaders().IfMatch;
        if (request.BodyHash is null && expected.Count == 0)
            return Problem.Validation("bodyHash", "is required, unless If-Match has it");
        if (await db.Set<StoredMessage>().SingleOrDefaultAsync(row => row.Id == id, cancellationToken) is not { } row)
            return OperationsProblems.NoSuchFailedMessage();
        if (row.Status != StoredMessage.Failed)
            return NotFailed(row.Status);
        var hash = BodyHash.Of(row.Body);
        var edit = await editor.Replace(row, JsonNode.Parse(request.Message.GetRawText()), db, cancellationToken);
        // A repeat of the edit has the hash of the body before it.
        if (edit is Edit.Unchanged)
            return Response(http, row, hash, [], isStored: false);
        if (!IsExpected(hash))
            return Changed();
        if (edit is Edit.Refused refused)
            return Problem.Of(
                refused.Status,
                refused.Code,
                refused.Reason,
                refused.Errors is null ? [] : [("errors", refused.Errors)]
            );
        var (edited, changes) = (Edit.Changed)edit;
        if (request.DryRun == true)
            return Response(http, row, hash, changes, isStored: false);

        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // Locks the row if nothing has happened to it since it was read, so that no redrive sends it as it was.
        var locked = await db.Set<StoredMessage>()
            .Where(other => other.Id == id && other.Status == StoredMessage.Failed && other.Edits == row.Edits)
            .ExecuteUpdateAsync(set => set.SetProperty(other => other.Status, StoredMessage.Failed), cancellationToken);
        if (locked == 0)
            return Changed();
        row.Edit(edited, new HistoryEntry(HistoryEntry.Edited, now, by.Id, request.Reason, Changes: changes));
        db.Add(
            new OperatorAction(by.Id, OperatorActionNames.EditMessage, request.Reason, now)
            {
                Queue = row.Queue,
                RideId = row.RideId,
            }
        );
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return Response(http, row, BodyHash.Of(row.Body), changes, isStored: true);

        bool IsExpected(string hash) =>
            (request.BodyHash is null || request.BodyHash.Equals(hash, StringComparison.OrdinalIgnoreCase))
            && (
                expected.Count == 0
                || expected.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(TagOf(hash), true))
            );
    }

    static Ok<View> Response(
        HttpContext http,
        StoredMessage row,
        string hash,
        IReadOnlyList<MessageChange> changes,
        bool isStored
    )
    {
        http.Response.GetTypedHeaders().ETag = TagOf(hash);
        return TypedResults.Ok(new View(row.Id, isStored, hash, changes));
    }

    static EntityTagHeaderValue TagOf(string hash) => new($"\"{hash}\"");

    static ProblemHttpResult NotFailed(string status) =>
        Problem.Conflict(
            OperationsProblems.MessageNotFailed,
            $"The message is {status}. Only a message that waits for an operator can be edited."
        );

    static ProblemHttpResult Changed() =>
        Problem.Of(
            StatusCodes.Status412PreconditionFailed,
            OperationsProblems.MessageChanged,
            "The message has changed since you read it. Read it again."
        );

    /// <param name="Message">The message as it must be, without its envelope: a JSON object.</param>
    /// <param name="BodyHash">The hash of the body that the failed message shows; null if If-Match has it.</param>
    /// <param name="DryRun">Whether to show the changes only.</param>
    /// <param name="Reason">The reason for the edit.</param>
    internal sealed record Request(JsonElement Message, string? BodyHash, bool? DryRun, string Reason)
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator()
            {
                RuleFor(request => request.Message)
                    .Must(message => message.ValueKind == JsonValueKind.Object)
                    .WithMessage("must be a JSON object");
                RuleFor(request => request.BodyHash).Text(1, 64);
                RuleFor(request => request.Reason).Reason();
            }
        }
    }

    /// <param name="Id">The failed message.</param>
    /// <param name="Stored">Whether this request changed it; false for a dry run, and if the message is already so.</param>
    /// <param name="BodyHash">The hash of its body now.</param>
    /// <param name="Changes">What changes in the message.</param>
    internal sealed record View(string Id, bool Stored, string BodyHash, IReadOnlyList<MessageChange> Changes);
}
