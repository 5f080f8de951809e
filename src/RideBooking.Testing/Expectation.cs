using System.Text.Json;
using RideBooking.Testing.Engine;
using RideBooking.Testing.Values;

namespace RideBooking.Testing;

/// <summary>An expectation of a test, created by <see cref="Expect"/>.</summary>
public abstract class Expectation
{
    private protected Expectation() { }
}

/// <summary>Expects a message or failure among the observations.</summary>
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

    internal bool IsMetBy(Observation it) => MatchesKind(it) && MatchesType(it) && !Misses(it).Any();

    internal bool MatchesKind(Observation it) => Kinds.Contains(it.Kind);

    internal bool MatchesType(Observation it) =>
        Type is null
        || (
            it.Kind == ObservationKind.Faulted && Type.IsAssignableTo(typeof(Exception))
                ? Causes(it.Exception)
                : it.Message is not null && Type.IsInstanceOfType(it.Message)
        );

    /// <summary>Returns the differences between an observation and the expectation.</summary>
    internal IEnumerable<string> Misses(Observation it) =>
        MatchesType(it) ? Conditions.SelectMany(condition => condition.Misses(it)) : [];

    internal void Add(string text, Func<Observation, IEnumerable<string>> misses) => Conditions.Add((text, misses));

    bool Causes(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
            if (Type!.IsInstanceOfType(exception))
                return true;
        return false;
    }
}

/// <summary>Expects a message among the observations.</summary>
public sealed class MessageExpectation<T> : ObservationExpectation
    where T : class
{
    internal MessageExpectation(string verb, params ObservationKind[] kinds)
        : base($"{verb} {Formatting.TypeName(typeof(T))}", kinds, typeof(T)) { }

    /// <summary>Requires some of the message's content. Properties that are not given may have any value.</summary>
    /// <param name="content">An object with some of the message's properties, often an anonymous one.</param>
    public MessageExpectation<T> With(object content)
    {
        ArgumentNullException.ThrowIfNull(content);
        return Like(content, content.GetType(), partly: true);
    }

    /// <summary>Requires a condition on the message.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="text">The condition's source text, filled in by the compiler.</param>
    public MessageExpectation<T> Where(
        Func<T, bool> condition,
        [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(condition))] string? text = null
    )
    {
        Add($"where {text}", it => condition((T)it.Message!) ? [] : [$"{text} is not true"]);
        return this;
    }

    /// <summary>Requires the queue to which the message was sent.</summary>
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

    /// <summary>Requires the delay after which a scheduled message is due.</summary>
    public MessageExpectation<T> In(TimeSpan delay)
    {
        Add(
            $"in {Formatting.Span(delay)}",
            it =>
                it.Due - it.At == delay
                    ? []
                    :
                    [
                        $"due: expected in {Formatting.Span(delay)}, was {(it.Due is { } due ? $"in {Formatting.Span(due - it.At)}" : "not scheduled")}",
                    ]
        );
        return this;
    }

    internal MessageExpectation<T> Like(object content, Type type, bool partly)
    {
        var expected = Envelope.ContentOf(content, type);
        Add(
            Formatting.Content(expected),
            it => it.Envelope is { } envelope ? Difference.Between(expected, envelope.Content, partly) : ["no message"]
        );
        return this;
    }
}

/// <summary>Expects something of the stored sagas at the end.</summary>
public sealed class SagaExpectation<TSaga> : Expectation, ISagaExpectation
    where TSaga : class, MassTransit.ISaga
{
    readonly Guid? _id;
    readonly List<Func<LabRun, Guid, IEnumerable<string>>> _conditions = [];
    bool _isGone;

    internal SagaExpectation(Guid? id) => _id = id;

    string Name => _id is { } id ? $"{Formatting.TypeName(typeof(TSaga))} {id}" : Formatting.TypeName(typeof(TSaga));

    /// <summary>Requires a state, by name.</summary>
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

    /// <summary>Requires a state.</summary>
    public SagaExpectation<TSaga> Is(MassTransit.State state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return Is(state.Name);
    }

    /// <summary>Requires a condition on the instance.</summary>
    public SagaExpectation<TSaga> Where(
        Func<TSaga, bool> condition,
        [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(condition))] string? text = null
    )
    {
        _conditions.Add((run, id) => condition(run.Saga<TSaga>(id)!) ? [] : [$"{Name}: {text} is not true"]);
        return this;
    }

    /// <summary>Requires that no instance exists: it was never created, or it is completed and removed.</summary>
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
