using RideBooking.Testing.Engine;
using RideBooking.Testing.Values;

namespace RideBooking.Testing;

/// <summary>The kinds of things that happen in a lab.</summary>
public enum ObservationKind
{
    /// <summary>A message reached a receiver.</summary>
    Delivered,

    /// <summary>A message was published.</summary>
    Published,

    /// <summary>A message was sent to an address.</summary>
    Sent,

    /// <summary>A request was answered.</summary>
    Responded,

    /// <summary>A message was scheduled.</summary>
    Scheduled,

    /// <summary>A scheduled message was taken back.</summary>
    Cancelled,

    /// <summary>A handler failed for good: the message is in the error queue.</summary>
    Faulted,

    /// <summary>A handler failed and the message will be tried again.</summary>
    WillRetry,

    /// <summary>A message was acknowledged although no saga instance took it.</summary>
    Unclaimed,

    /// <summary>A duplicate was dropped by the inbox.</summary>
    Deduplicated,

    /// <summary>The process died while it handled a message.</summary>
    Crashed,

    /// <summary>A saga instance was stored, with another state or other values than before.</summary>
    Changed,
}

/// <summary>One thing that happened.</summary>
public sealed class Observation
{
    /// <summary>What kind of thing.</summary>
    public required ObservationKind Kind { get; init; }

    /// <summary>When, on the lab's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The message, as a receiver reads it; null for a change of an instance.</summary>
    public object? Message => Envelope?.Message;

    /// <summary>The type under which it was published or sent.</summary>
    public Type? MessageType => Envelope?.Type;

    /// <summary>The receiver that was handling a message when it happened.</summary>
    public string? Receiver { get; init; }

    /// <summary>Where a message was sent to.</summary>
    public Uri? Destination { get; init; }

    /// <summary>When a scheduled message is due, or a message is tried again.</summary>
    public DateTimeOffset? Due { get; init; }

    /// <summary>The token of a message that was scheduled or cancelled.</summary>
    public Guid? Token { get; init; }

    /// <summary>Why a handler failed.</summary>
    public Exception? Exception { get; init; }

    internal Envelope? Envelope { get; init; }

    /// <summary>What more there is to say. Written when somebody reads it: an exploration makes far more than it shows.</summary>
    internal Func<string>? Says { get; init; }

    internal string Note => Says?.Invoke() ?? "";

    /// <summary>The states an instance went from and to, where it did.</summary>
    internal (string From, string To)? Transition { get; init; }

    /// <summary>Whether it can be expected, and is "something else" where it was not.</summary>
    internal bool IsOutcome =>
        Kind
            is ObservationKind.Published
                or ObservationKind.Sent
                or ObservationKind.Responded
                or ObservationKind.Scheduled
                or ObservationKind.Cancelled
                or ObservationKind.Faulted
                or ObservationKind.Unclaimed;

    /// <inheritdoc/>
    public override string ToString() => ObservationText.Of(this);
}
