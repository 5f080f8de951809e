using System.Reflection;
using MassTransit;
using MassTransit.SagaStateMachine;

namespace RideBooking.Testing.Analysis;

/// <summary>A transition from one state to the next, with its effects on schedules.</summary>
sealed record Transition(string From, string Event, string To, MapScope Scope);

/// <summary>
/// The schedules that one branch of a behaviour sets and cancels, including those of the branches around it.
/// </summary>
sealed class MapScope(MapScope? parent)
{
    readonly HashSet<string> _scheduled = [];
    readonly HashSet<string> _cancelled = [];

    public void Schedules(string schedule) => _scheduled.Add(schedule);

    public void Cancels(string schedule) => _cancelled.Add(schedule);

    public bool DoesSchedule(string schedule) =>
        _scheduled.Contains(schedule) || (parent?.DoesSchedule(schedule) ?? false);

    public bool DoesCancel(string schedule) => _cancelled.Contains(schedule) || (parent?.DoesCancel(schedule) ?? false);
}

/// <summary>Reads a state machine's table: its transitions, and where schedules are set or cancelled.</summary>
sealed class MachineMap : StateMachineVisitor
{
    readonly List<Transition> _transitions = [];
    readonly HashSet<(string State, string Event)> _handled = [];
    readonly HashSet<string> _scheduled = [];
    readonly HashSet<string> _cancelled = [];

    string _state = "";
    string _event = "";
    MapScope _scope = new(null);

    public MachineMap(StateMachine machine) => machine.Accept(this);

    public IReadOnlyList<Transition> Transitions => _transitions;

    /// <summary>The schedules that are set anywhere.</summary>
    public IReadOnlySet<string> Scheduled => _scheduled;

    /// <summary>The schedules that are cancelled anywhere.</summary>
    public IReadOnlySet<string> Cancelled => _cancelled;

    /// <summary>Whether an event has an effect in a state. An ignored event has none.</summary>
    public bool Handles(string state, string @event) => _handled.Contains((state, @event));

    void StateMachineVisitor.Visit(State state, Action<State> next)
    {
        _state = state.Name;
        next(state);
    }

    void StateMachineVisitor.Visit(Event @event, Action<Event> next)
    {
        Begin(@event);
        next(@event);
    }

    void StateMachineVisitor.Visit<TMessage>(Event<TMessage> @event, Action<Event<TMessage>> next)
    {
        Begin(@event);
        next(@event);
    }

    void StateMachineVisitor.Visit(IStateMachineActivity activity) => Read(activity);

    void StateMachineVisitor.Visit(IStateMachineActivity activity, Action<IStateMachineActivity> next)
    {
        var parent = _scope;
        if (IsBranch(activity))
            _scope = new MapScope(parent);
        Read(activity);
        next(activity);
        _scope = parent;
    }

    void StateMachineVisitor.Visit<T>(IBehavior<T> behavior) { }

    void StateMachineVisitor.Visit<T>(IBehavior<T> behavior, Action<IBehavior<T>> next) => next(behavior);

    void StateMachineVisitor.Visit<T, TMessage>(IBehavior<T, TMessage> behavior) { }

    void StateMachineVisitor.Visit<T, TMessage>(IBehavior<T, TMessage> behavior, Action<IBehavior<T, TMessage>> next) =>
        next(behavior);

    void Begin(Event @event)
    {
        _event = @event.Name;
        _scope = new MapScope(null);
        _handled.Add((_state, _event));
    }

    void Read(IStateMachineActivity activity)
    {
        var type = activity.GetType();
        if (type.GetProperty(nameof(TransitionActivity<>.ToState))?.GetValue(activity) is State to)
            _transitions.Add(new Transition(_state, _event, to.Name, _scope));
        if (ScheduleOf(activity) is not { } schedule)
            return;
        if (type.Name.Contains("Unschedule", StringComparison.Ordinal))
        {
            _scope.Cancels(schedule);
            _cancelled.Add(schedule);
        }
        else
        {
            _scope.Schedules(schedule);
            _scheduled.Add(schedule);
        }
    }

    static bool IsBranch(IStateMachineActivity activity) =>
        activity.GetType().Name is var name
        && (
            name.StartsWith("Condition", StringComparison.Ordinal) || name.StartsWith("Catch", StringComparison.Ordinal)
        );

    // The activities do not expose what they schedule, but keep it in a field.
    static string? ScheduleOf(IStateMachineActivity activity)
    {
        foreach (var field in activity.GetType().GetFields(BindingFlags.Instance | BindingFlags.NonPublic))
            if (
                field.FieldType.IsGenericType
                && field.FieldType.Name.StartsWith("Schedule`", StringComparison.Ordinal)
                && field.GetValue(activity) is { } schedule
            )
                return (string?)
                    schedule
                        .GetType()
                        .GetInterfaces()
                        .Single(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Schedule<>))
                        .GetProperty(nameof(Schedule<>.Name))!
                        .GetValue(schedule);
        return null;
    }
}
