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
            .. Shared(machine),
            .. Unlisted(machine),
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

    /// <summary>The events that fail in a state. None if the machine decides about unhandled events itself.</summary>
    public static IEnumerable<MachineFinding> Unaccepted(StateMachine machine)
    {
        if (MachineInternals.DecidesAboutUnhandledEvents(machine))
            yield break;
        var unused = UnusedPendingStates(machine, new MachineMap(machine));
        var never = MachineInternals
            .Requests(machine)
            .Where(request => request.Timeout == TimeSpan.Zero)
            .Select(request => $"{request.Name}.TimeoutExpired")
            .ToHashSet();
        foreach (var state in StatesBetween(machine).Where(state => !unused.Contains(state.Name)))
        {
            var accepted = machine.NextEvents(state).Select(it => it.Name).ToHashSet();
            foreach (var it in MessageEvents(machine).Where(it => !never.Contains(it.Name)))
                if (!accepted.Contains(it.Name))
                    yield return new MachineFinding(
                        MachineFindingKind.NotAccepted,
                        state.Name,
                        it.Name,
                        $"{it.Name} in state {state.Name} is neither handled nor ignored: it fails."
                    );
                else if (MachineInternals.IgnoresOnlySome(state, it))
                    yield return new MachineFinding(
                        MachineFindingKind.IgnoredConditionally,
                        state.Name,
                        it.Name,
                        $"{it.Name} in state {state.Name} is ignored only under a condition: otherwise it fails."
                    );
        }
    }

    /// <summary>The states of requests whose machine waits for the response in a state of its own.</summary>
    static HashSet<string> UnusedPendingStates(StateMachine machine, MachineMap map) =>
        [
            .. MachineInternals
                .Requests(machine)
                .Select(request => request.Pending)
                .OfType<string>()
                .Where(pending => map.Transitions.All(way => way.To != pending)),
        ];

    static IEnumerable<MachineFinding> Unreachable(StateMachine machine, MachineMap map)
    {
        var reached = new HashSet<string> { machine.Initial.Name };
        var open = new Queue<string>(reached);
        while (open.TryDequeue(out var state))
            foreach (var way in map.Transitions.Where(way => way.From == state))
                if (reached.Add(way.To))
                    open.Enqueue(way.To);
        var unused = UnusedPendingStates(machine, map);
        return from state in StatesBetween(machine)
            where !reached.Contains(state.Name) && !unused.Contains(state.Name)
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

    /// <summary>Responses are distinguished by their request's id, and timers by their token; other events are not.</summary>
    static IEnumerable<MachineFinding> Shared(StateMachine machine) =>
        from it in MessageEvents(machine)
        group it.Name by Machine.MessageOf(it) into events
        where events.Count() > 1 && events.Any(name => !name.Contains('.', StringComparison.Ordinal))
        select new MachineFinding(
            MachineFindingKind.SharedMessage,
            null,
            events.First(),
            $"{Formatting.TypeName(events.Key!)} raises {string.Join(" and ", events)}: each message is handled once for each of them."
        );

    static IEnumerable<MachineFinding> Unlisted(StateMachine machine)
    {
        var listed = MachineInternals.ListedStates(machine);
        return from state in machine.States
            let number = MachineInternals.NumberOf(machine, state)
            where number is not null && !listed.Contains(state.Name)
            select new MachineFinding(
                MachineFindingKind.Unlisted,
                state.Name,
                null,
                $"State {state.Name} is stored as {number}, which changes with the machine's other states: list it in InstanceState."
            );
    }
}
