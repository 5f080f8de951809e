using MassTransit;
using RideBooking.Testing.Values;

namespace RideBooking.Testing;

/// <summary>What a scenario can expect. Made for <c>using static RideBooking.Testing.Expect;</c>.</summary>
public static class Expect
{
    /// <summary>A message was published.</summary>
    public static MessageExpectation<T> Published<T>()
        where T : class => new("published", ObservationKind.Published);

    /// <summary>A message was sent to an address.</summary>
    public static MessageExpectation<T> Sent<T>()
        where T : class => new("sent", ObservationKind.Sent);

    /// <summary>A request was answered.</summary>
    public static MessageExpectation<T> Responded<T>()
        where T : class => new("answered", ObservationKind.Responded);

    /// <summary>A message was scheduled.</summary>
    public static MessageExpectation<T> Scheduled<T>()
        where T : class => new("scheduled", ObservationKind.Scheduled);

    /// <summary>A scheduled message that was waiting for its time was taken back.</summary>
    public static MessageExpectation<T> Cancelled<T>()
        where T : class => new("cancelled", ObservationKind.Cancelled);

    /// <summary>A scheduled message was taken back that was not waiting: it came before, or was taken back already.</summary>
    public static ObservationExpectation CancelledUnknownMessage()
    {
        var expectation = new ObservationExpectation(
            "cancelled what was not waiting",
            [ObservationKind.Cancelled],
            null
        );
        expectation.Add("", it => it.Envelope is null ? [] : ["it was waiting"]);
        return expectation;
    }

    /// <summary>A handler failed for good with this exception, or with one that it caused.</summary>
    public static ObservationExpectation Faulted<TException>()
        where TException : Exception =>
        new($"failed with {Words.TypeName(typeof(TException))}", [ObservationKind.Faulted], typeof(TException));

    /// <summary>A message failed for good because the machine neither handles nor ignores it in its state.</summary>
    public static ObservationExpectation NotAccepted<TMessage>()
        where TMessage : class
    {
        var expectation = new ObservationExpectation(
            $"not accepted {Words.TypeName(typeof(TMessage))}",
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

    /// <summary>A message was acknowledged although no saga instance took it.</summary>
    public static MessageExpectation<T> Unclaimed<T>()
        where T : class => new("had no instance for", ObservationKind.Unclaimed);

    /// <summary>A saga that is the only one of its kind.</summary>
    public static SagaExpectation<TSaga> Saga<TSaga>()
        where TSaga : class, ISaga => new(null);

    /// <summary>A saga.</summary>
    public static SagaExpectation<TSaga> Saga<TSaga>(Guid id)
        where TSaga : class, ISaga => new(id);

    /// <summary>A message that was published or sent exactly like this.</summary>
    public static MessageExpectation<T> Said<T>(T message)
        where T : class =>
        new MessageExpectation<T>(
            "published or sent",
            ObservationKind.Published,
            ObservationKind.Sent,
            ObservationKind.Responded
        ).Like(message, typeof(T), partly: false);
}
