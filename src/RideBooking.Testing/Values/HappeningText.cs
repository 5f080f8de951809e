namespace RideBooking.Testing.Values;

/// <summary>A line of the timeline.</summary>
static class HappeningText
{
    public static string Of(Happening it)
    {
        var message = it.Envelope is { } envelope ? $"{envelope.Name} {Words.Content(envelope.Content)}" : "";
        return it.Kind switch
        {
            HappeningKind.Delivered => $"{it.Receiver} gets {message}{it.Note}",
            HappeningKind.Published => $"published {message}",
            HappeningKind.Sent => $"sent {message} to {it.Destination}",
            HappeningKind.Responded => $"answered {message}",
            HappeningKind.Scheduled =>
                $"scheduled {message} for {Words.Time(it.Due!.Value)} (in {Words.Span(it.Due.Value - it.At)})",
            HappeningKind.Cancelled => it.Envelope is null
                ? "cancelled a scheduled message that was not (or no longer) waiting"
                : $"cancelled {message}",
            HappeningKind.Faulted =>
                $"{it.Receiver} failed on {message}: {Words.TypeName(it.Exception!.GetType())}: {it.Exception.Message}",
            HappeningKind.WillRetry =>
                $"{it.Receiver} failed, {it.Note} in {Words.Span(it.Due!.Value - it.At)}: {Words.TypeName(it.Exception!.GetType())}: {it.Exception.Message}",
            HappeningKind.Unclaimed => $"{it.Receiver} has no instance for {message}",
            HappeningKind.Deduplicated => $"{it.Receiver} had {message} already",
            HappeningKind.Crashed => $"{it.Receiver} crashed {it.Note}",
            HappeningKind.Changed => it.Note,
            _ => it.Kind.ToString(),
        };
    }

    /// <summary>The whole story, a line each, times only where they change.</summary>
    public static string Timeline(IEnumerable<Happening> happenings)
    {
        DateTimeOffset? at = null;
        return string.Join(
            "\n",
            happenings.Select(it =>
            {
                var time = it.At == at ? "" : Words.Time(it.At);
                at = it.At;
                var indent = it.Kind is HappeningKind.Delivered ? "" : "  ";
                return $"  {time, -19}  {indent}{Of(it)}";
            })
        );
    }
}
