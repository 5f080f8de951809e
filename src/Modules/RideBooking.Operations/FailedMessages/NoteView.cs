namespace RideBooking.Operations.FailedMessages;

/// <summary>A note as operators see it.</summary>
/// <param name="Text">The note.</param>
/// <param name="By">Who wrote it.</param>
/// <param name="At">When it was written.</param>
internal sealed record NoteView(string Text, string By, DateTimeOffset At)
{
    public static NoteView Of(FailureNote note) => new(note.Text, note.By, note.At);
}
