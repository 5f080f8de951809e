using System.Collections;
using System.Linq.Expressions;
using System.Reflection;
using MassTransit;

namespace RideBooking.Testing.Analysis;

/// <summary>A request of a machine.</summary>
sealed record MachineRequest(string Name, string? Pending, TimeSpan Timeout);

/// <summary>Reads the parts of a machine that MassTransit's own interfaces do not show.</summary>
static class MachineInternals
{
    const BindingFlags Members = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>Whether the machine decides by <c>OnUnhandledEvent</c> what happens to events that a state does not accept.</summary>
    public static bool DecidesAboutUnhandledEvents(StateMachine machine) =>
        Field(machine, "_unhandledEventCallback") is Delegate callback
        && callback.Method.Name != "DefaultUnhandledEventCallback";

    /// <summary>Whether a state only ignores an event, and only under a condition.</summary>
    public static bool IgnoresOnlySome(State state, Event @event)
    {
        var some = false;
        // A state passes what it does not accept to the state around it.
        for (object? at = state; at is not null; at = at.GetType().GetProperty("SuperState", Members)?.GetValue(at))
        {
            if (Field(at, "_behaviors") is IDictionary handled && handled.Contains(@event))
                return false;
            if (Field(at, "_ignoredEvents") is not IDictionary ignored || ignored[@event] is not { } filter)
                continue;
            if (filter.GetType().Name.StartsWith("All", StringComparison.Ordinal))
                return false;
            some = true;
        }
        return some;
    }

    /// <summary>Returns the machine's requests.</summary>
    public static IReadOnlyList<MachineRequest> Requests(StateMachine machine) =>
        [
            .. from property in machine.GetType().GetProperties(Members)
            where property.GetIndexParameters().Length == 0
            from type in property.PropertyType.GetInterfaces().Append(property.PropertyType)
            where type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Request<,,>)
            let request = property.GetValue(machine)
            where request is not null
            select (MachineRequest)
                typeof(MachineInternals)
                    .GetMethod(nameof(Read), BindingFlags.Static | BindingFlags.NonPublic)!
                    .MakeGenericMethod(type.GetGenericArguments())
                    .Invoke(null, [request])!,
        ];

    /// <summary>Returns the name of the member that stores the state, if it is one.</summary>
    public static string? StateMember(StateMachine machine) =>
        (Comparison(machine, machine.Initial)?.Left as MemberExpression)?.Member.Name;

    /// <summary>Returns the number by which a state is stored; null if states are stored by their names.</summary>
    public static int? NumberOf(StateMachine machine, State state) =>
        (Comparison(machine, state)?.Right as ConstantExpression)?.Value as int?;

    /// <summary>Returns the names of the states whose numbers are listed in <c>InstanceState</c>.</summary>
    public static IReadOnlySet<string> ListedStates(StateMachine machine)
    {
        var accessor = Field(machine, "_accessor");
        accessor = (accessor is null ? null : Field(accessor, "_stateAccessor")) ?? accessor;
        return
            accessor is not null
            && Field(accessor, "_index") is { } index
            && Field(index, "_assignedStates") is IEnumerable states
            ? states.OfType<State>().Select(state => state.Name).ToHashSet()
            : new HashSet<string>();
    }

    static BinaryExpression? Comparison(StateMachine machine, State state) =>
        machine.GetType().GetProperty("Accessor")?.GetValue(machine) is { } accessor
        && accessor
            .GetType()
            .GetInterfaces()
            .First(type => type.Name == "IStateAccessor`1")
            .GetMethod("GetStateExpression")!
            .Invoke(accessor, [new[] { state }])
            is LambdaExpression { Body: BinaryExpression comparison }
            ? comparison
            : null;

    static MachineRequest Read<TSaga, TRequest, TResponse>(Request<TSaga, TRequest, TResponse> request)
        where TSaga : class, SagaStateMachineInstance
        where TRequest : class
        where TResponse : class => new(request.Name, request.Pending?.Name, request.Settings.Timeout);

    static object? Field(object of, string name)
    {
        for (var type = of.GetType(); type is not null; type = type.BaseType)
            if (type.GetField(name, Members | BindingFlags.DeclaredOnly) is { } field)
                return field.GetValue(of);
        return null;
    }
}
