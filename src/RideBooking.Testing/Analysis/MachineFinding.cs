namespace RideBooking.Testing;

/// <summary>The kinds of things that a look at a machine's table finds.</summary>
public enum MachineFindingKind
{
    /// <summary>An event that a state neither handles nor ignores: the message fails there.</summary>
    NotAccepted,

    /// <summary>A state into which no way leads.</summary>
    Unreachable,

    /// <summary>A schedule that goes on where it means nothing any more.</summary>
    NotCancelled,

    /// <summary>An event for whose message no instance is found.</summary>
    NotCorrelated,
}

/// <summary>Something about a machine that is worth a look.</summary>
/// <param name="Kind">What kind of thing.</param>
/// <param name="State">In which state, if in one.</param>
/// <param name="Event">On which event, if on one.</param>
/// <param name="Text">In words.</param>
public sealed record MachineFinding(MachineFindingKind Kind, string? State, string? Event, string Text)
{
    /// <inheritdoc/>
    public override string ToString() => Text;
}
