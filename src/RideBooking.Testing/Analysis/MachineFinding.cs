namespace RideBooking.Testing;

/// <summary>The kinds of findings about a machine.</summary>
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

    /// <summary>An event that a state ignores only under a condition: all others fail in that state.</summary>
    IgnoredConditionally,

    /// <summary>A message type that raises two events: each message is handled twice.</summary>
    SharedMessage,

    /// <summary>A state that is stored as a number which is not listed, so that it changes with the machine's other states.</summary>
    Unlisted,

    /// <summary>A stored or published time that comes from the system's clock instead of the lab's.</summary>
    SystemClock,

    /// <summary>An exported instance whose state the machine does not have.</summary>
    UnknownState,

    /// <summary>An exported instance without a value that its type requires.</summary>
    MissingMember,

    /// <summary>A state that an earlier version of the machine had.</summary>
    StateRemoved,

    /// <summary>A state that is stored in another way than by an earlier version of the machine.</summary>
    StateRenumbered,

    /// <summary>A message that an earlier version of the machine accepted in a state, and that now fails in it.</summary>
    NoLongerAccepted,

    /// <summary>A timer that an earlier version of the machine handled in a state, and that now has no effect in it.</summary>
    TimerNotHandled,
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
