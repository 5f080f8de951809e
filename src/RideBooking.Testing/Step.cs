using MassTransit;
using RideBooking.Testing.Values;

namespace RideBooking.Testing;

/// <summary>Something that happens in a scenario and is more than a message. A message is a step by itself.</summary>
public sealed class Step
{
    readonly string _text;

    Step(string text, params IReadOnlyList<Part> parts) => (_text, Parts) = (text, parts);

    /// <param name="stage">Where it is played.</param>
    /// <param name="id">The id of the step's message.</param>
    internal delegate Task Part(IStage stage, Guid id, CancellationToken cancellationToken);

    /// <summary>What it does, one after the other; nothing when it only lets time pass.</summary>
    internal IReadOnlyList<Part> Parts { get; }

    /// <summary>How much time passes; null with no parts either: until nothing is due.</summary>
    internal TimeSpan? Time { get; private init; }

    /// <summary>Time passes; what becomes due happens.</summary>
    public static Step Passes(TimeSpan time) => new($"{Words.Span(time)} pass") { Time = time };

    /// <summary>Time passes until nothing is due any more.</summary>
    public static Step PassesUntilNothingIsDue() => new("time passes until nothing is due");

    /// <summary>The same message, with the same id, is delivered twice.</summary>
    public static Step Twice(object message) =>
        new($"twice {message}", Delivery(message, TypeOf(message)), Delivery(message, TypeOf(message)));

    /// <summary>A message is published as a type, which may be an interface it implements.</summary>
    public static Step As<T>(T message)
        where T : class =>
        new($"{message}", Delivery(message, typeof(T) == typeof(object) ? TypeOf(message) : typeof(T)));

    /// <summary>A request is made; what answers it can be expected with <see cref="Expect.Responded{T}"/>.</summary>
    public static Step Request<T>(T message)
        where T : class
    {
        var type = typeof(T) == typeof(object) ? TypeOf(message) : typeof(T);
        return new(
            $"request {message}",
            (stage, id, cancellationToken) => stage.Request(message, type, id, cancellationToken)
        );
    }

    /// <summary>A service answers the last request of a type that came out of the lab.</summary>
    public static Step Answer<TRequest>(object response)
        where TRequest : class =>
        new(
            $"answer {response}",
            (stage, _, cancellationToken) => stage.Answer(typeof(TRequest), response, cancellationToken)
        );

    /// <summary>A service fails on the last request of a type that came out of the lab.</summary>
    public static Step Fail<TRequest>(Exception exception)
        where TRequest : class =>
        new(
            $"{Words.TypeName(typeof(TRequest))} fails",
            (stage, _, cancellationToken) => stage.Fail(typeof(TRequest), exception, cancellationToken)
        );

    /// <inheritdoc/>
    public override string ToString() => _text;

    /// <summary>A message is a step by itself.</summary>
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
