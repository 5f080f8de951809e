using MassTransit;
using RideBooking.Testing.Values;

namespace RideBooking.Testing;

/// <summary>A step of a scenario that is more than a message. A message alone is also a step.</summary>
public sealed class Step
{
    readonly string _text;

    Step(string text, params IReadOnlyList<Part> parts) => (_text, Parts) = (text, parts);

    /// <param name="stage">The stage on which it is played.</param>
    /// <param name="id">The id of the step's message.</param>
    internal delegate Task Part(IStage stage, Guid id, CancellationToken cancellationToken);

    /// <summary>The parts of the step, in order; empty if it only lets time pass.</summary>
    internal IReadOnlyList<Part> Parts { get; }

    /// <summary>How much time passes. Null without parts means: until nothing is due.</summary>
    internal TimeSpan? Time { get; private init; }

    /// <summary>Lets time pass. Everything that becomes due happens.</summary>
    public static Step Passes(TimeSpan time) => new($"{Formatting.Span(time)} pass") { Time = time };

    /// <summary>Lets time pass until nothing more is due.</summary>
    public static Step PassesUntilNothingIsDue() => new("time passes until nothing is due");

    /// <summary>Stores an instance as it is, for example one that was exported from production.</summary>
    /// <remarks>Timers that it waits for are not set. On a running bus, this step is not possible.</remarks>
    public static Step Stored<TSaga>(TSaga saga)
        where TSaga : class, ISaga
    {
        ArgumentNullException.ThrowIfNull(saga);
        return new(
            $"stored {Formatting.TypeName(saga.GetType())} {saga.CorrelationId}",
            (stage, _, cancellationToken) => stage.Store(saga, cancellationToken)
        );
    }

    /// <summary>Stores instances that were exported as JSON, for example from production.</summary>
    /// <param name="json">An instance as a JSON object, or an array of them. Case and underscores of names do not count.</param>
    /// <inheritdoc cref="Stored{TSaga}(TSaga)"/>
    public static Step Stored<TSaga>(string json)
        where TSaga : class, ISaga
    {
        var sagas = SagaExport.Read<TSaga>(json);
        return new(
            $"stored {sagas.Count} {Formatting.TypeName(typeof(TSaga))}",
            [.. sagas.Select(Part (saga) => (stage, _, cancellationToken) => stage.Store(saga, cancellationToken))]
        );
    }

    /// <summary>Delivers the same message twice, with the same id.</summary>
    public static Step Twice(object message) =>
        new($"twice {message}", Delivery(message, TypeOf(message)), Delivery(message, TypeOf(message)));

    /// <summary>Publishes a message as a type, which may be an interface that it implements.</summary>
    public static Step As<T>(T message)
        where T : class =>
        new($"{message}", Delivery(message, typeof(T) == typeof(object) ? TypeOf(message) : typeof(T)));

    /// <summary>Makes a request. Its response can be expected with <see cref="Expect.Responded{T}"/>.</summary>
    public static Step Request<T>(T message)
        where T : class
    {
        var type = typeof(T) == typeof(object) ? TypeOf(message) : typeof(T);
        return new(
            $"request {message}",
            (stage, id, cancellationToken) => stage.Request(message, type, id, cancellationToken)
        );
    }

    /// <summary>Responds to the lab's last request of a type.</summary>
    public static Step Respond<TRequest>(object response)
        where TRequest : class =>
        new(
            $"respond {response}",
            (stage, _, cancellationToken) => stage.Respond(typeof(TRequest), response, cancellationToken)
        );

    /// <summary>Fails the lab's last request of a type.</summary>
    public static Step Fail<TRequest>(Exception exception)
        where TRequest : class =>
        new(
            $"{Formatting.TypeName(typeof(TRequest))} fails",
            (stage, _, cancellationToken) => stage.Fail(typeof(TRequest), exception, cancellationToken)
        );

    /// <inheritdoc/>
    public override string ToString() => _text;

    /// <summary>Turns a message into a step.</summary>
    internal static Step Of(object step) => step as Step ?? new Step($"{step}", Delivery(step, TypeOf(step)));

    internal static async Task Run(object step, LabRun run, CancellationToken cancellationToken)
    {
        var (it, id) = (Of(step), NewId.NextGuid());
        if (it.Time is { } time)
            await run.Passes(time, cancellationToken);
        else if (it.Parts.Count == 0)
            await run.PassesUntilNothingIsDue(cancellationToken);
        foreach (var part in it.Parts)
            await part(run, id, cancellationToken);
    }

    static Part Delivery(object message, Type type) =>
        (stage, id, cancellationToken) => stage.Deliver(message, type, id, cancellationToken);

    static Type TypeOf(object message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return message.GetType();
    }
}
