using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MassTransit;
using MassTransit.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.JsonPatch.SystemTextJson;
using Microsoft.AspNetCore.JsonPatch.SystemTextJson.Operations;
using RideBooking.EventLog;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Platform.Messaging.Simulations;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.FailedMessages;

/// <summary>Computes what a failed message is after an edit, and whether its consumer can read that. Nothing is stored.</summary>
/// <remarks>
/// Only the message in the body changes: envelope, ids, headers, times and destination stay. An event must be valid against the
/// schema of its version, and every message must be readable at its endpoint.
/// </remarks>
internal sealed partial class MessageEditor(MessageSimulator simulator, EventCatalogue catalogue)
{
    // The order of messages, and whose personal data they are, depend on these.
    static readonly string[] s_identity = ["rideId", "riderId"];

    /// <summary>Replaces the message.</summary>
    public async Task<Edit> Replace(
        StoredMessage row,
        JsonNode? message,
        AppDbContext db,
        CancellationToken cancellationToken
    )
    {
        var failed = row.Message();
        return failed.HasMessage ? await Check(row, failed, message, db, cancellationToken) : NotJson();
    }

    /// <summary>Applies a JSON patch to the message.</summary>
    public async Task<Edit> Patch(
        StoredMessage row,
        JsonPatchDocument patch,
        AppDbContext db,
        CancellationToken cancellationToken
    )
    {
        var failed = row.Message();
        if (!failed.HasMessage)
            return NotJson();
        if (failed.Message is not JsonObject)
            return new Edit.Refused(
                StatusCodes.Status409Conflict,
                OperationsProblems.PatchNotApplicable,
                "The message is not an object."
            );
        var message = failed.Message.DeepClone();
        List<string> errors = [];
        patch.ApplyTo(message, error => errors.Add(TextOf(error)));
        return errors.Count == 0
            ? await Check(row, failed, message, db, cancellationToken)
            : new Edit.Refused(
                StatusCodes.Status409Conflict,
                OperationsProblems.PatchNotApplicable,
                string.Join(" ", errors)
            );
    }

    /// <summary>Makes the newest version of an event from an older one. Other messages have no versions and stay.</summary>
    /// <remarks>Members that the event's record does not know stay, and values that the upcaster only copies stay as written.</remarks>
    public async Task<Edit> Upcast(StoredMessage row, AppDbContext db, CancellationToken cancellationToken)
    {
        var failed = row.Message();
        if (!failed.HasMessage)
            return NotJson();
        if (
            failed.MessageUrns is not { } urns
            || catalogue.Find(urns) is not { } written
            || catalogue.VersionsOf(written.Name)[^1] is var newest && newest == written
        )
            return new Edit.Unchanged();
        if (!failed.IsEnveloped || failed.Message is not JsonObject)
            return new Edit.Refused(
                StatusCodes.Status409Conflict,
                OperationsProblems.MessageTypeUnknown,
                "The message has no envelope, which tells its version."
            );
        var message = failed.Message.DeepClone().AsObject();
        try
        {
            var older = failed.Message.Deserialize(written.Type, SystemTextJsonMessageSerializer.Options)!;
            var newer = catalogue.Upcast(older);
            var (before, after) = (Json(older, written), Json(newer, newest));
            foreach (var (name, _) in before)
                if (!after.ContainsKey(name))
                    message.Remove(name);
            foreach (var (name, value) in after)
                if (!before.TryGetPropertyValue(name, out var old) || !JsonNode.DeepEquals(old, value))
                    message[name] = value?.DeepClone();
        }
        // An upcaster, too, relies on members that the message may lack.
        catch (Exception exception)
        {
            return Invalid(PointerIn(exception), exception.Message);
        }
        return await Check(row, failed, message, db, cancellationToken, newest);

        static JsonObject Json(object happened, EventType type) =>
            JsonSerializer.SerializeToNode(happened, type.Type, SystemTextJsonMessageSerializer.Options)!.AsObject();
    }

    async Task<Edit> Check(
        StoredMessage row,
        FailedMessage failed,
        JsonNode? message,
        AppDbContext db,
        CancellationToken cancellationToken,
        EventType? upcastTo = null
    )
    {
        byte[] text;
        IReadOnlyList<MessageChange> changes;
        try
        {
            text = JsonSerializer.SerializeToUtf8Bytes(message);
            changes = MessageChange.Between(failed.Message, message);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // An escaped half of a surrogate pair, which can neither be written nor compared.
            return Invalid("", "has text with half of a surrogate pair");
        }
        if (changes.Count == 0 && upcastTo is null)
            return new Edit.Unchanged();
        var type = upcastTo ?? (failed.MessageUrns is { } urns ? catalogue.Find(urns) : null);
        if (Identity(failed.Message, message, type) is { Count: > 0 } identity)
            return new Edit.Refused(
                StatusCodes.Status400BadRequest,
                OperationsProblems.IdentityChanged,
                $"A message stays that of its ride, its rider and its stream: {string.Join(", ", identity.Keys)}.",
                identity
            );
        if (type is not null && EventSchemas.Errors(type, message) is { Count: > 0 } errors)
            return Invalid($"Not a valid {type.Name} of version {type.Version}", errors);
        var body = failed.BodyWith(text, upcastTo is null ? null : MessageTypeCache.GetMessageTypeNames(upcastTo.Type));
        var edited = row.Message(body);
        var unread = await simulator.WhyUnread(
            edited.Endpoint,
            edited.BodyToSend(),
            edited.HeadersToSend(),
            db,
            cancellationToken
        );
        return unread switch
        {
            null => new Edit.Changed(edited, changes),
            { Outcome: SimulationOutcome.Unreadable } => Invalid(PointerIn(unread.Exception), WhyUnreadable(unread)),
            // The schema says that an event is valid, whatever happens to it at this endpoint.
            _ when type is not null => new Edit.Changed(edited, changes),
            _ => new Edit.Refused(
                StatusCodes.Status409Conflict,
                OperationsProblems.MessageTypeUnknown,
                $"Whether the message is valid is not known. {unread.Reason}"
            ),
        };
    }

    // An id that is missing or unreadable may be why the message failed, and can be corrected.
    static Dictionary<string, string[]> Identity(JsonNode? before, JsonNode? after, EventType? type)
    {
        var errors = new Dictionary<string, string[]>();
        foreach (var name in type is null ? s_identity : s_identity.Append(type.StreamProperty).Distinct())
            if (IdIn(before, name) is { } id && !id.Equals(IdIn(after, name), StringComparison.Ordinal))
                errors[MessageChange.PointerOf("", name)] = [$"must stay {id}"];
        return errors;

        static string? IdIn(JsonNode? message, string name) =>
            message is JsonObject members
            && members[name] is JsonValue value
            && value.TryGetValue<string>(out var text)
            && text.Length > 0
                ? Guid.TryParse(text, out var id)
                    ? $"{id}"
                    : name == "rideId"
                        ? null
                        : text
                : null;
    }

    // Without the value of the message: messages that fail for the same reason are counted together.
    static string TextOf(JsonPatchError error) =>
        error.Operation is { OperationType: OperationType.Test, path: var path }
            ? $"The value at {path} is not the one that the patch tests."
            : error.ErrorMessage;

    static Edit.Refused NotJson() =>
        new(
            StatusCodes.Status409Conflict,
            OperationsProblems.MessageNotJson,
            "The body is not a JSON message. Only such a message can be edited."
        );

    static Edit.Refused Invalid(string pointer, string error) =>
        Invalid("Not a valid message", new Dictionary<string, string[]> { [pointer] = [error] });

    static Edit.Refused Invalid(string what, Dictionary<string, string[]> errors) =>
        new(
            StatusCodes.Status400BadRequest,
            OperationsProblems.MessageInvalid,
            $"{what}: {string.Join("; ", errors.Select(error => $"{error.Key} {string.Join(", ", error.Value)}".Trim()))}.",
            errors
        );

    // The serializer's text names our types.
    static string WhyUnreadable(Simulation unread) =>
        unread.Exception is JsonException { Path: not null }
        && unread.Reason.Contains("could not be converted", StringComparison.Ordinal)
            ? "has a value of a type that the consumer does not read"
            : unread.Reason.TrimEnd('.');

    // $.lines[0].amount is /lines/0/amount.
    static string PointerIn(Exception? exception) =>
        exception is JsonException { Path: { } path }
            ? string.Concat(PathStep().Matches(path).Select(step => $"/{step.Groups[1].Value}{step.Groups[2].Value}"))
            : "";

    [GeneratedRegex(@"\.([^.\[\]]+)|\[(\d+)\]")]
    private static partial Regex PathStep();
}

/// <summary>What came of an edit.</summary>
internal abstract record Edit
{
    /// <summary>The message changes.</summary>
    /// <param name="Message">The message after the edit.</param>
    /// <param name="Changes">What changes in it.</param>
    internal sealed record Changed(FailedMessage Message, IReadOnlyList<MessageChange> Changes) : Edit;

    /// <summary>The message is already so.</summary>
    internal sealed record Unchanged : Edit;

    /// <summary>The edit is not possible.</summary>
    /// <param name="Status">The HTTP status.</param>
    /// <param name="Code">The problem code.</param>
    /// <param name="Reason">The reason, for a person.</param>
    /// <param name="Errors">What is wrong in the message, by JSON Pointer; null if it is not the message.</param>
    internal sealed record Refused(
        int Status,
        string Code,
        string Reason,
        IReadOnlyDictionary<string, string[]>? Errors = null
    ) : Edit;
}
