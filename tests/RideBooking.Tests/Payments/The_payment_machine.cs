using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using MassTransit;
using MassTransit.SagaStateMachine;
using RideBooking.Payments;
using RideBooking.Tests.Documentation;

namespace RideBooking.Tests.Payments;

/// <summary>The machine read as a table.</summary>
public sealed partial class The_payment_machine
{
    readonly PaymentStateMachine _machine = new(
        new PaymentOptions([], null, TimeSpan.FromMinutes(15)),
        TimeProvider.System
    );

    IEnumerable<State> Statuses => _machine.States.Where(state => state != _machine.Initial && state != _machine.Final);

    [Fact]
    public void Handles_or_ignores_every_event_in_every_status()
    {
        var unhandled =
            from status in Statuses
            from happening in _machine.Events
            where !_machine.NextEvents(status).Contains(happening)
            select $"{happening.Name} while {status.Name}";
        unhandled.ShouldBeEmpty();
        Statuses.Count().ShouldBe(6);
        _machine.Events.Count(happening => !happening.Name.Contains("AnyReceived")).ShouldBe(7);
    }

    [Fact]
    public void Begins_with_something_to_pay_and_nothing_else() =>
        _machine
            .NextEvents(_machine.Initial)
            .ShouldBe([_machine.FareFinalized, _machine.FeeAssessed], ignoreOrder: true);

    [Fact]
    public Task Looks_like_its_diagram() =>
        GeneratedPage.ShouldBeCurrent("docs/diagrams/payment.md", Page(), nameof(The_payment_machine));

    string Page() =>
        $"""
            # The life of a payment

            Drawn from `PaymentStateMachine` by a test, which fails when the two differ. Draw it anew with
            `{GeneratedPage.Command(nameof(The_payment_machine))}`.

            ```mermaid
            {Mermaid()}
            ```

            What is not drawn changes no state: an answer of the gateway to an earlier attempt, a timer that is out of date, a second
            fare of the same ride are ignored by name. An answer that money was taken counts in every state.

            """.ReplaceLineEndings("\n");

    string Mermaid()
    {
        var transitions = new Transitions();
        _machine.Accept(transitions);
        var text = new StringBuilder("stateDiagram-v2");
        foreach (var (from, happening, to) in transitions.Found.Distinct())
            text.Append($"\n    {Name(from)} --> {Name(to)}: {Words(happening)}");
        foreach (var end in Statuses.Where(state => transitions.Found.All(found => found.From != state)))
            text.Append($"\n    {Name(end)} --> [*]");
        return text.ToString();
    }

    static string Name(State state) =>
        state.Name == "Initial" ? "[*]" : JsonNamingPolicy.CamelCase.ConvertName(state.Name);

    static string Words(string name) =>
        CapitalWithin().Replace(name.Split('.')[0], match => $" {match.Value}").ToLowerInvariant();

    [GeneratedRegex("(?<=[a-z])[A-Z]")]
    private static partial Regex CapitalWithin();

    /// <summary>Which event leads from where to where. MassTransit's own graph has one vertex per event, whatever it leads to.</summary>
    sealed class Transitions : StateMachineVisitor
    {
        State? _from;
        string? _happening;

        public List<(State From, string Happening, State To)> Found { get; } = [];

        public void Visit(State state, Action<State> next)
        {
            _from = state;
            next(state);
        }

        public void Visit(Event @event, Action<Event> next)
        {
            _happening = @event.Name;
            next(@event);
        }

        public void Visit<TMessage>(Event<TMessage> @event, Action<Event<TMessage>> next)
            where TMessage : class
        {
            _happening = @event.Name;
            next(@event);
        }

        public void Visit(IStateMachineActivity activity) => Visit(activity, _ => { });

        public void Visit<T>(IBehavior<T> behavior)
            where T : class, SagaStateMachineInstance { }

        public void Visit<T>(IBehavior<T> behavior, Action<IBehavior<T>> next)
            where T : class, SagaStateMachineInstance => next(behavior);

        public void Visit<T, TMessage>(IBehavior<T, TMessage> behavior)
            where T : class, SagaStateMachineInstance
            where TMessage : class { }

        public void Visit<T, TMessage>(IBehavior<T, TMessage> behavior, Action<IBehavior<T, TMessage>> next)
            where T : class, SagaStateMachineInstance
            where TMessage : class => next(behavior);

        public void Visit(IStateMachineActivity activity, Action<IStateMachineActivity> next)
        {
            if (activity is TransitionActivity<Payment> transition)
                Found.Add((_from!, _happening!, transition.ToState));
            next(activity);
        }
    }
}
