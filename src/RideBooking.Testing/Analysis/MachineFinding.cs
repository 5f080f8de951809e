namespace RideBooking.Testing;

/// <summary>The kinds of findings in a machine's table.</summary>
public enum MachineFindingKind
{
    /// <summary>An event that a state neither handles nor ignores: the message fails in that state.</summary>
    NotAccepted,

    /// <summary>A state that cannot be reached.</summary>
    Unreachable,

    /// <summary>A schedule that stays pending in a state that does not handle its message.</summary>
    NotCancelled,

    /// <summary>An event that finds no instance for its message.</summary>
    NotCorrelated,
}

/// <summary>A finding about a machine.</summary>
/// <param name="Kind">The kind of finding.</param>
/// <param name="State">The state that it concerns, if any.</param>
/// <param name="Event">The event that it concerns, if any.</param>
/// <param name="Text">The finding in words.</param>
public sealed record MachineFinding(MachineFindingKind Kind, string? State, string? Event, string Text)
{
    /// <inheritdoc/>
    public override string ToString() => Text;
}
