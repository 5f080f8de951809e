namespace RideBooking.Testing.Values;

/// <summary>Formats an observation as a line of the timeline.</summary>
static class ObservationText
{
    public static string Of(Observation it)
    {
        var message = it.Envelope is { } envelope ? $"{envelope.Name} {Formatting.Content(envelope.Content)}" : "";
        return it.Kind switch
        {
            ObservationKind.Delivered => $"{it.Receiver} gets {message}{it.Note}",
            ObservationKind.Published => $"published {message}",
            ObservationKind.Sent => $"sent {message} to {it.Destination}",
            ObservationKind.Responded => $"answered {message}",
            ObservationKind.Scheduled =>
                $"scheduled {message} for {Formatting.Time(it.Due!.Value)} (in {Formatting.Span(it.Due.Value - it.At)})",
            ObservationKind.Cancelled => it.Envelope is null
                ? "cancelled a scheduled message that was not (or no longer) pending"
                : $"cancelled {message}",
            ObservationKind.Faulted =>
                $"{it.Receiver} failed on {message}: {Formatting.TypeName(it.Exception!.GetType())}: {it.Exception.Message}",
            ObservationKind.WillRetry =>
                $"{it.Receiver} failed, {it.Note} in {Formatting.Span(it.Due!.Value - it.At)}: {Formatting.TypeName(it.Exception!.GetType())}: {it.Exception.Message}",
            ObservationKind.Unclaimed => $"{it.Receiver} has no instance for {message}",
            ObservationKind.Deduplicated => $"{it.Receiver} had {message} already",
            ObservationKind.Crashed => $"{it.Receiver} crashed {it.Note}",
            ObservationKind.Changed => it.Note,
            _ => it.Kind.ToString(),
        };
    }

    /// <summary>Formats all observations, one line each. A time is printed only when it changes.</summary>
    public static string Timeline(IEnumerable<Observation> observations)
    {
        DateTimeOffset? at = null;
        return string.Join(
            "\n",
            observations.Select(it =>
            {
                var time = it.At == at ? "" : Formatting.Time(it.At);
                at = it.At;
                var indent = it.Kind is ObservationKind.Delivered ? "" : "  ";
                return $"  {time, -19}  {indent}{Of(it)}";
            })
        );
    }
}
