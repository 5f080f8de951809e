using MassTransit;
using RideBooking.Testing.Values;

namespace RideBooking.Testing;

/// <summary>The expectations of a scenario. Intended for <c>using static RideBooking.Testing.Expect;</c>.</summary>
public static class Expect
{
    /// <summary>Expects a published message.</summary>
    public static MessageExpectation<T> Published<T>()
        where T : class => new("published", ObservationKind.Published);

    /// <summary>Expects a message that was sent to an address.</summary>
    public static MessageExpectation<T> Sent<T>()
        where T : class => new("sent", ObservationKind.Sent);

    /// <summary>Expects a response to a request.</summary>
    public static MessageExpectation<T> Responded<T>()
        where T : class => new("answered", ObservationKind.Responded);

    /// <summary>Expects a scheduled message.</summary>
    public static MessageExpectation<T> Scheduled<T>()
        where T : class => new("scheduled", ObservationKind.Scheduled);

    /// <summary>Expects that a pending scheduled message was cancelled.</summary>
    public static MessageExpectation<T> Cancelled<T>()
        where T : class => new("cancelled", ObservationKind.Cancelled);

    /// <summary>
    /// Expects a cancellation of a scheduled message that was not pending: it was delivered or cancelled before.
    /// </summary>
    public static ObservationExpectation CancelledUnknownMessage()
    {
        var expectation = new ObservationExpectation(
            "cancelled a message that was not pending",
            [ObservationKind.Cancelled],
            null
        );
        expectation.Add("", it => it.Envelope is null ? [] : ["it was pending"]);
        return expectation;
    }

    /// <summary>
    /// Expects that a handler failed permanently with this exception, or with one that has it as inner exception.
    /// </summary>
    public static ObservationExpectation Faulted<TException>()
        where TException : Exception =>
        new($"failed with {Formatting.TypeName(typeof(TException))}", [ObservationKind.Faulted], typeof(TException));

    /// <summary>
    /// Expects that a message failed permanently because the machine neither handles nor ignores it in its state.
    /// </summary>
    public static ObservationExpectation NotAccepted<TMessage>()
        where TMessage : class
    {
        var expectation = new ObservationExpectation(
            $"not accepted {Formatting.TypeName(typeof(TMessage))}",
            [ObservationKind.Faulted],
            typeof(TMessage)
        );
        expectation.Add(
            "",
            it =>
            {
                for (var fault = it.Exception; fault is not null; fault = fault.InnerException)
                    if (fault is UnhandledEventException)
                        return [];
                return [$"it failed with {it.Exception!.Message}"];
            }
        );
        return expectation;
    }

    /// <summary>Expects that a message was acknowledged although no saga instance accepted it.</summary>
    public static MessageExpectation<T> Unclaimed<T>()
        where T : class => new("had no instance for", ObservationKind.Unclaimed);

    /// <summary>Expects the only saga of its type.</summary>
    public static SagaExpectation<TSaga> Saga<TSaga>()
        where TSaga : class, ISaga => new(null);

    /// <summary>Expects a saga with an id.</summary>
    public static SagaExpectation<TSaga> Saga<TSaga>(Guid id)
        where TSaga : class, ISaga => new(id);

    /// <summary>Expects a message that was published or sent with exactly this content.</summary>
    public static MessageExpectation<T> PublishedOrSent<T>(T message)
        where T : class =>
        new MessageExpectation<T>(
            "published or sent",
            ObservationKind.Published,
            ObservationKind.Sent,
            ObservationKind.Responded
        ).Like(message, typeof(T), partly: false);
}
