using MassTransit;
using RideBooking.Testing.Engine;
using RideBooking.Testing.Values;

namespace RideBooking.Testing.Analysis;

/// <summary>Checks a machine's table without running the machine.</summary>
static class MachineAnalysis
{
    public static IReadOnlyList<MachineFinding> Of(StateMachine machine)
    {
        var map = new MachineMap(machine);
        return
        [
            .. Unaccepted(machine),
            .. Unreachable(machine, map),
            .. Uncancelled(machine, map),
            .. Uncorrelated(machine),
        ];
    }

    /// <summary>The states in which an instance can receive a message.</summary>
    public static IEnumerable<State> StatesBetween(StateMachine machine) =>
        machine.States.Where(state => state.Name != machine.Initial.Name && state.Name != machine.Final.Name);

    /// <summary>The events that messages raise. Events that MassTransit raises internally are left out.</summary>
    public static IEnumerable<Event> MessageEvents(StateMachine machine) =>
        machine.Events.Where(it =>
            Machine.MessageOf(it) is not null
            && !machine.IsCompositeEvent(it)
            && !it.Name.EndsWith(".AnyReceived", StringComparison.Ordinal)
        );

    static IEnumerable<MachineFinding> Unaccepted(StateMachine machine) =>
        from state in StatesBetween(machine)
        let accepted = machine.NextEvents(state).Select(it => it.Name).ToHashSet()
        from it in MessageEvents(machine)
        where !accepted.Contains(it.Name)
        select new MachineFinding(
            MachineFindingKind.NotAccepted,
            state.Name,
            it.Name,
            $"{it.Name} in state {state.Name} is neither handled nor ignored: it fails."
        );

    static IEnumerable<MachineFinding> Unreachable(StateMachine machine, MachineMap map)
    {
        var reached = new HashSet<string> { machine.Initial.Name };
        var open = new Queue<string>(reached);
        while (open.TryDequeue(out var state))
            foreach (var way in map.Transitions.Where(way => way.From == state))
                if (reached.Add(way.To))
                    open.Enqueue(way.To);
        return from state in StatesBetween(machine)
            where !reached.Contains(state.Name)
            select new MachineFinding(
                MachineFindingKind.Unreachable,
                state.Name,
                null,
                $"State {state.Name} cannot be reached from the initial state."
            );
    }

    static IEnumerable<MachineFinding> Uncancelled(StateMachine machine, MachineMap map)
    {
        foreach (var schedule in map.Scheduled.Order(StringComparer.Ordinal))
        {
            var running = Running(machine, map, schedule);
            foreach (var way in map.Transitions.Where(way => running.Contains(way.From) && Leaves(way)))
                if (!map.Handles(way.To, $"{schedule}.Received"))
                    yield return new MachineFinding(
                        MachineFindingKind.NotCancelled,
                        way.From,
                        way.Event,
                        $"{way.Event} leads from {way.From} to {way.To}, where {schedule} is not handled, without cancelling it."
                    );
            if (
                !map.Cancelled.Contains(schedule)
                && map.Transitions.Any(way => running.Contains(way.From) && Leaves(way))
            )
                yield return new MachineFinding(
                    MachineFindingKind.NotCancelled,
                    null,
                    $"{schedule}.Received",
                    $"{schedule} is scheduled and never cancelled by any other transition."
                );

            bool Leaves(Transition way) =>
                way.From != way.To
                && way.Event != $"{schedule}.Received"
                && !way.Scope.DoesCancel(schedule)
                && !way.Scope.DoesSchedule(schedule);
        }
    }

    /// <summary>The states in which a schedule may be pending.</summary>
    static HashSet<string> Running(StateMachine machine, MachineMap map, string schedule)
    {
        HashSet<string> running = [];
        int before;
        do
        {
            before = running.Count;
            foreach (var way in map.Transitions.Where(way => way.To != machine.Final.Name))
                if (
                    way.Scope.DoesSchedule(schedule)
                    || (
                        running.Contains(way.From)
                        && way.Event != $"{schedule}.Received"
                        && !way.Scope.DoesCancel(schedule)
                    )
                )
                    running.Add(way.To);
        } while (running.Count > before);
        return running;
    }

    static IEnumerable<MachineFinding> Uncorrelated(StateMachine machine)
    {
        var correlations = (IEnumerable<EventCorrelation>?)
            machine.GetType().GetProperty(nameof(SagaStateMachine<>.Correlations))?.GetValue(machine);
        return from correlation in correlations ?? []
            from result in correlation.Validate()
            where result.Disposition == ValidationResultDisposition.Failure
            select new MachineFinding(
                MachineFindingKind.NotCorrelated,
                null,
                Formatting.TypeName(correlation.DataType),
                $"No instance is found for {Formatting.TypeName(correlation.DataType)}: {result.Key} {result.Message}."
            );
    }
}
