using RideBooking.Testing.Values;

namespace RideBooking.Testing;

/// <summary>Something that happens in a scenario and is more than a message. A message is a step by itself.</summary>
public sealed class Step
{
    readonly Func<LabRun, CancellationToken, Task> _run;
    readonly string _text;

    Step(string text, Func<LabRun, CancellationToken, Task> run) => (_text, _run) = (text, run);

    /// <summary>Time passes; what becomes due happens.</summary>
    public static Step Passes(TimeSpan time) => new($"{Words.Span(time)} pass", (run, stop) => run.Passes(time, stop));

    /// <summary>Time passes until nothing is due any more.</summary>
    public static Step PassesUntilNothingIsDue() =>
        new("time passes until nothing is due", (run, stop) => run.PassesUntilNothingIsDue(stop));

    /// <summary>The same message, with the same id, is delivered twice.</summary>
    public static Step Twice(object message) =>
        new(
            $"twice {message}",
            async (run, stop) =>
            {
                var id = Guid.CreateVersion7();
                await run.Deliver(message, id, stop);
                await run.Deliver(message, id, stop);
            }
        );

    /// <summary>A message is published as a type, which may be an interface it implements.</summary>
    public static Step As<T>(T message)
        where T : class => new($"{message}", (run, stop) => run.Deliver<T>(message, stop: stop));

    /// <summary>A request is made; what answers it can be expected with <see cref="Expect.Responded{T}"/>.</summary>
    public static Step Request<T>(T message)
        where T : class => new($"request {message}", (run, stop) => run.Request(message, stop));

    /// <summary>A service answers the last request of a type that came out of the lab.</summary>
    public static Step Answer<TRequest>(object response)
        where TRequest : class => new($"answer {response}", (run, stop) => run.Answer<TRequest>(response, stop));

    /// <summary>A service fails on the last request of a type that came out of the lab.</summary>
    public static Step Fail<TRequest>(Exception exception)
        where TRequest : class =>
        new($"{Words.TypeName(typeof(TRequest))} fails", (run, stop) => run.Fail<TRequest>(exception, stop));

    /// <inheritdoc/>
    public override string ToString() => _text;

    internal static Task Run(object step, LabRun run, CancellationToken stop) =>
        step is Step special ? special._run(run, stop) : run.Deliver(step, stop: stop);
}
