using FluentValidation;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Operations.FailedMessages;

/// <summary>Writes the note of a group of failed messages.</summary>
internal static class NoteFailure
{
    public static void Map(RouteGroupBuilder operators) =>
        operators
            .MapPut("/operations/failure-groups/{fingerprint}/note", Handle)
            .WithSummary("Write the note of a failure")
            .WithDescription(
                "Every operator sees the note with the group, also when the failure comes again later. It replaces the note before; an empty text deletes it."
            )
            .Refuses(StatusCodes.Status404NotFound, OperationsProblems.FailureNotFound);

    static async Task<Results<Ok<View>, ProblemHttpResult>> Handle(
        string fingerprint,
        Request request,
        Operator by,
        AppDbContext db,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var note = await db.Set<FailureNote>()
            .SingleOrDefaultAsync(row => row.Fingerprint == fingerprint, cancellationToken);
        if (
            note is null
            && !await db.Set<StoredMessage>().AnyAsync(row => row.Fingerprint == fingerprint, cancellationToken)
        )
            return OperationsProblems.NoSuchFailure();
        var (text, now) = (request.Text.Trim(), clock.GetUtcNow());
        if (text == (note?.Text ?? ""))
            return TypedResults.Ok(View.Of(note));
        if (text.Length == 0)
        {
            db.Remove(note!);
            note = null;
        }
        else if (note is null)
            db.Add(
                note = new FailureNote
                {
                    Fingerprint = fingerprint,
                    Text = text,
                    By = by.Id,
                    At = now,
                }
            );
        else
            (note.Text, note.By, note.At) = (text, by.Id, now);
        db.Add(new OperatorAction(by.Id, OperatorActionNames.NoteFailure, text, now) { Fingerprint = fingerprint });
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException conflict) when (DatabaseConflicts.IsDuplicateKey(conflict))
        {
            throw new DbUpdateConcurrencyException("Another operator wrote the note meanwhile.", conflict);
        }
        return TypedResults.Ok(View.Of(note));
    }

    /// <param name="Note">The note; null if it was deleted.</param>
    internal sealed record View(NoteView? Note)
    {
        public static View Of(FailureNote? note) => new(note is null ? null : NoteView.Of(note));
    }

    /// <param name="Text">The note; empty to delete it.</param>
    internal sealed record Request(string Text)
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator() => RuleFor(request => request.Text).NotNull().Text(0, Reasons.MaxLength);
        }
    }
}
