using System.Collections.Concurrent;
using MassTransit;
using RideBooking.Testing.Engine;

namespace RideBooking.Testing.Coverage;

/// <summary>Counts the results of each event in each state, over all messages handled in a lab.</summary>
sealed class CoverageLog
{
    readonly ConcurrentDictionary<(Type Saga, string State, string Event, CellOutcome Outcome), int> _counts = new();

    public int this[Type saga, string state, string @event, CellOutcome outcome] =>
        _counts.GetValueOrDefault((saga, state, @event, outcome));

    public void Note(Handled handled)
    {
        if (handled.Delivery.To.Machine is not { } machine)
            return;
        var raised = handled.Handling.Raised;
        foreach (var it in raised)
            Count(machine, it.State, it.Event, handled.Fault is null ? CellOutcome.Handled : CellOutcome.Faulted);
        foreach (var (_, instance) in handled.Handling.Met)
        {
            var state = machine.StateOf(instance);
            foreach (var (it, message) in machine.MessageEvents)
                if (
                    message.IsAssignableFrom(handled.Delivery.Envelope.Type) && !raised.Any(one => one.Event == it.Name)
                )
                    Count(machine, state, it.Name, Refuses(handled.Fault) ? CellOutcome.Faulted : CellOutcome.Ignored);
        }
    }

    void Count(Machine machine, string state, string @event, CellOutcome outcome) =>
        _counts.AddOrUpdate((machine.Saga, state, @event, outcome), 1, (_, count) => count + 1);

    static bool Refuses(Exception? fault)
    {
        for (; fault is not null; fault = fault.InnerException)
            if (fault is UnhandledEventException)
                return true;
        return false;
    }
}

/// <summary>The result of an event in a state.</summary>
enum CellOutcome
{
    Handled,
    Ignored,
    Faulted,
}
