using System.Text.Json;
using RideBooking.Testing.Engine;
using RideBooking.Testing.Values;

namespace RideBooking.Testing;

/// <summary>Something that a test expects. Made by <see cref="Expect"/>.</summary>
public abstract class Expectation
{
    private protected Expectation() { }
}

/// <summary>A message or failure that must be among what happened.</summary>
public class ObservationExpectation : Expectation
{
    private protected readonly List<(string Text, Func<Observation, IEnumerable<string>> Misses)> Conditions = [];

    internal ObservationExpectation(string what, IReadOnlyCollection<ObservationKind> kinds, Type? type)
    {
        What = what;
        Kinds = kinds;
        Type = type;
    }

    internal string What { get; }

    internal Type? Type { get; }

    internal IReadOnlyCollection<ObservationKind> Kinds { get; }

    internal string Text =>
        Conditions.Count == 0 ? What : $"{What} {string.Join(", ", Conditions.Select(it => it.Text))}";

    internal bool IsMetBy(Observation it) => IsOfTheKind(it) && IsOfTheType(it) && !Misses(it).Any();

    internal bool IsOfTheKind(Observation it) => Kinds.Contains(it.Kind);

    internal bool IsOfTheType(Observation it) =>
        Type is null
        || (
            it.Kind == ObservationKind.Faulted && Type.IsAssignableTo(typeof(Exception))
                ? Causes(it.Exception)
                : it.Message is not null && Type.IsInstanceOfType(it.Message)
        );

    /// <summary>In what the happening misses the expectation.</summary>
    internal IEnumerable<string> Misses(Observation it) =>
        IsOfTheType(it) ? Conditions.SelectMany(condition => condition.Misses(it)) : [];

    internal void Add(string text, Func<Observation, IEnumerable<string>> misses) => Conditions.Add((text, misses));

    bool Causes(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
            if (Type!.IsInstanceOfType(exception))
                return true;
        return false;
    }
}

/// <summary>A message that must be among what happened.</summary>
public sealed class MessageExpectation<T> : ObservationExpectation
    where T : class
{
    internal MessageExpectation(string verb, params ObservationKind[] kinds)
        : base($"{verb} {Words.TypeName(typeof(T))}", kinds, typeof(T)) { }

    /// <summary>Says what it must contain; what is not said may be anything.</summary>
    /// <param name="content">An object with some of the message's properties, often an anonymous one.</param>
    public MessageExpectation<T> With(object content)
    {
        ArgumentNullException.ThrowIfNull(content);
        return Like(content, content.GetType(), partly: true);
    }

    /// <summary>Says what must be true of it.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="text">How the condition is written; the compiler gives it.</param>
    public MessageExpectation<T> Where(
        Func<T, bool> condition,
        [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(condition))] string? text = null
    )
    {
        Add($"where {text}", it => condition((T)it.Message!) ? [] : [$"{text} is not true"]);
        return this;
    }

    /// <summary>Says where it must have been sent to.</summary>
    /// <param name="queue">The queue's name.</param>
    public MessageExpectation<T> To(string queue)
    {
        Add(
            $"to {queue}",
            it =>
                it.Destination?.AbsolutePath.TrimStart('/') == queue
                    ? []
                    : [$"to: expected {queue}, was {it.Destination?.ToString() ?? "published"}"]
        );
        return this;
    }

    /// <summary>Says how long after now a scheduled message must be due.</summary>
    public MessageExpectation<T> In(TimeSpan delay)
    {
        Add(
            $"in {Words.Span(delay)}",
            it =>
                it.Due - it.At == delay
                    ? []
                    :
                    [
                        $"due: expected in {Words.Span(delay)}, was {(it.Due is { } due ? $"in {Words.Span(due - it.At)}" : "not scheduled")}",
                    ]
        );
        return this;
    }

    internal MessageExpectation<T> Like(object content, Type type, bool partly)
    {
        var expected = Envelope.ContentOf(content, type);
        Add(
            Words.Content(expected),
            it => it.Envelope is { } envelope ? Difference.Between(expected, envelope.Content, partly) : ["no message"]
        );
        return this;
    }
}

/// <summary>What must be true of the stored sagas in the end.</summary>
public sealed class SagaExpectation<TSaga> : Expectation, ISagaExpectation
    where TSaga : class, MassTransit.ISaga
{
    readonly Guid? _id;
    readonly List<Func<LabRun, Guid, IEnumerable<string>>> _conditions = [];
    bool _isGone;

    internal SagaExpectation(Guid? id) => _id = id;

    string Name => _id is { } id ? $"{Words.TypeName(typeof(TSaga))} {id}" : Words.TypeName(typeof(TSaga));

    /// <summary>The state it must be in, by name.</summary>
    public SagaExpectation<TSaga> Is(string state)
    {
        _conditions.Add(
            (run, id) =>
                run.StateOf<TSaga>(id) is var actual && actual == state
                    ? []
                    : [$"{Name}: expected state {state}, was {actual}"]
        );
        return this;
    }

    /// <summary>The state it must be in.</summary>
    public SagaExpectation<TSaga> Is(MassTransit.State state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return Is(state.Name);
    }

    /// <summary>What must be true of it.</summary>
    public SagaExpectation<TSaga> Where(
        Func<TSaga, bool> condition,
        [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(condition))] string? text = null
    )
    {
        _conditions.Add((run, id) => condition(run.Saga<TSaga>(id)!) ? [] : [$"{Name}: {text} is not true"]);
        return this;
    }

    /// <summary>There must be none: it was never begun, or is completed and removed.</summary>
    public SagaExpectation<TSaga> IsGone()
    {
        _isGone = true;
        return this;
    }

    IEnumerable<string> ISagaExpectation.Misses(LabRun run)
    {
        var found = _id is { } id
            ? run.Saga<TSaga>(id) is { } saga
                ? [saga]
                : []
            : run.Sagas<TSaga>();
        return (_isGone, found.Count) switch
        {
            (true, 0) => [],
            (true, _) => [$"{Name}: expected none, was {run.StateOf<TSaga>(found[0].CorrelationId)}"],
            (false, 0) => [$"{Name}: expected one, there is none"],
            (false, > 1) => [$"{Name}: there are {found.Count}; say which by its id"],
            _ => _conditions.SelectMany(condition => condition(run, found[0].CorrelationId)),
        };
    }
}

interface ISagaExpectation
{
    IEnumerable<string> Misses(LabRun run);
}
