using RideBooking.Testing.Engine;
using RideBooking.Testing.Values;

namespace RideBooking.Testing;

/// <summary>The kinds of observations in a lab.</summary>
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

    /// <summary>A scheduled message was cancelled.</summary>
    Cancelled,

    /// <summary>A handler failed permanently: the message is in the error queue.</summary>
    Faulted,

    /// <summary>A handler failed, and the message will be tried again.</summary>
    WillRetry,

    /// <summary>A message was acknowledged although no saga instance accepted it.</summary>
    Unclaimed,

    /// <summary>The inbox dropped a duplicate.</summary>
    Deduplicated,

    /// <summary>The process crashed while it handled a message.</summary>
    Crashed,

    /// <summary>A saga instance was stored with a new state or new values.</summary>
    Changed,
}

/// <summary>One observation: something that happened in a lab.</summary>
public sealed class Observation
{
    /// <summary>The kind of observation.</summary>
    public required ObservationKind Kind { get; init; }

    /// <summary>The time, on the lab's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The message, as a receiver reads it; null for a change of an instance.</summary>
    public object? Message => Envelope?.Message;

    /// <summary>The type as which it was published or sent.</summary>
    public Type? MessageType => Envelope?.Type;

    /// <summary>The receiver that was handling a message meanwhile.</summary>
    public string? Receiver { get; init; }

    /// <summary>The address to which a message was sent.</summary>
    public Uri? Destination { get; init; }

    /// <summary>When a scheduled message is due, or a message is tried again.</summary>
    public DateTimeOffset? Due { get; init; }

    /// <summary>The token of a message that was scheduled or cancelled.</summary>
    public Guid? Token { get; init; }

    /// <summary>Why a handler failed.</summary>
    public Exception? Exception { get; init; }

    internal Envelope? Envelope { get; init; }

    /// <summary>
    /// Additional text. It is created when it is read, because an exploration creates far more than it shows.
    /// </summary>
    internal Func<string>? Says { get; init; }

    internal string Note => Says?.Invoke() ?? "";

    /// <summary>The states before and after a transition, if there was one.</summary>
    internal (string From, string To)? Transition { get; init; }

    /// <summary>Whether tests can expect it. If they do not, it is reported as unexpected.</summary>
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
