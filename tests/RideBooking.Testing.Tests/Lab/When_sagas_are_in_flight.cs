using System.ComponentModel.DataAnnotations;
using MassTransit;
using static RideBooking.Testing.Expect;
using static RideBooking.Testing.Step;

namespace RideBooking.Testing.Tests.Lab;

/// <summary>A new machine takes over the instances of production.</summary>
public sealed class When_sagas_are_in_flight
{
    static readonly SagaLab s_lab = SagaLab.Of<TripMachine, Trip>();

    static readonly Guid s_id = Guid.Parse("019a0000-0000-7000-8000-000000000001");

    [Fact]
    public Task A_scenario_starts_from_an_exported_row() =>
        s_lab
            .Given(Stored<Trip>($$"""[{ "correlation_id": "{{s_id}}", "state": "Away", "TRAVELLER": "Ada" }]"""))
            .When(new ComeHome(s_id))
            .Then(new Welcomed(s_id, "Ada"), Saga<Trip>(s_id).Is("Home"));

    [Fact]
    public void Complete_instances_in_known_states_are_taken_over() =>
        s_lab
            .FindingsInExport<Trip>(
                $$"""{ "correlationId": "{{s_id}}", "state": "Home", "traveller": "Ada", "oldColumn": 1 }"""
            )
            .ShouldBeEmpty();

    [Fact]
    public void Unknown_states_unhandled_events_and_missing_values_are_found() =>
        s_lab
            .FindingsInExport<Trip>(
                $$"""
                [
                  { "CorrelationId": "{{s_id}}", "State": "Lost", "Traveller": "Ada" },
                  { "CorrelationId": "{{s_id}}", "State": "Away", "Traveller": "Ada" },
                  { "CorrelationId": "{{s_id}}", "State": "Away", "Traveller": null }
                ]
                """
            )
            .Select(finding => finding.Text)
            .ShouldBe(
                [
                    $"1 of 3 instances, first {s_id}: The machine has no state that is stored as \"Lost\".",
                    $"2 of 3 instances, first {s_id}: Left in state Away is neither handled nor ignored: it fails.",
                    $"1 of 3 instances, first {s_id}: Traveller is required and has no value.",
                ],
                ignoreOrder: true
            );

    [Fact]
    public void A_machine_that_is_as_described_loses_nothing()
    {
        var saved = MachineDescription.Of(new TripMachine()).ToJson();
        MachineDescription.Parse(saved).FindingsIn(new TripMachine()).ShouldBeEmpty();
        // Sorted, so that a change of the file shows only what changed.
        saved
            .Replace(
                "urn:message:RideBooking.Testing.Tests.Lab:When_sagas_are_in_flight+",
                "",
                StringComparison.Ordinal
            )
            .ShouldBe(
                """
                {
                  "saga": "Trip",
                  "states": {
                    "Away": {
                      "accepts": [
                        "ComeHome",
                        "Overdue"
                      ],
                      "timers": [
                        "Overdue"
                      ]
                    },
                    "Home": {
                      "accepts": [
                        "ComeHome",
                        "Leave",
                        "Overdue"
                      ],
                      "timers": []
                    }
                  }
                }
                """
            );
    }

    [Fact]
    public void A_renamed_state_an_event_and_a_timer_without_effect_are_found()
    {
        var before = MachineDescription.Of(new TripMachine());
        before
            .FindingsIn(new LaterTripMachine())
            .Select(finding => finding.Text)
            .ShouldBe([
                "State Away no longer handles the timer urn:message:RideBooking.Testing.Tests.Lab:When_sagas_are_in_flight+Overdue: its instances wait for nothing.",
                "State Home was removed or renamed to Back: its instances have no state.",
            ]);
        MachineDescription
            .Of(new LaterTripMachine())
            .FindingsIn(new TripMachine())
            .Select(finding => finding.Kind)
            .ShouldBe([MachineFindingKind.NoLongerAccepted, MachineFindingKind.StateRemoved]);
    }

    [Fact]
    public void States_whose_numbers_moved_are_found() =>
        MachineDescription
            .Of(new LampMachine(swapped: false))
            .FindingsIn(new LampMachine(swapped: true))
            .Select(finding => finding.Text)
            .ShouldBe([
                "State Off was stored as 4 and is stored as 3 now.",
                "State On was stored as 3 and is stored as 4 now.",
            ]);

    public sealed record Leave(Guid Id, string Traveller);

    public sealed record ComeHome(Guid Id);

    public sealed record Overdue(Guid Id);

    public sealed record Welcomed(Guid Id, string Traveller);

    public sealed class Trip : SagaStateMachineInstance
    {
        public Guid CorrelationId { get; set; }
        public string State { get; set; } = "";

        [Required]
        public string Traveller { get; set; } = "";
        public Guid? OverdueToken { get; set; }
    }

    public sealed class TripMachine : MassTransitStateMachine<Trip>
    {
        public TripMachine()
        {
            InstanceState(trip => trip.State);
            Event(() => Left, e => e.CorrelateById(c => c.Message.Id));
            Event(() => Returned, e => e.CorrelateById(c => c.Message.Id));
            Schedule(
                () => Late,
                trip => trip.OverdueToken,
                it => it.Received = e => e.CorrelateById(c => c.Message.Id)
            );
            Initially(
                When(Left)
                    .Then(c => c.Saga.Traveller = c.Message.Traveller)
                    .Schedule(Late, c => new Overdue(c.Saga.CorrelationId), _ => TimeSpan.FromDays(1))
                    .TransitionTo(Away)
            );
            During(
                Away,
                When(Returned)
                    .Unschedule(Late)
                    .Publish(c => new Welcomed(c.Saga.CorrelationId, c.Saga.Traveller))
                    .TransitionTo(Home),
                When(Late.Received).TransitionTo(Home)
            );
            During(Home, Ignore(Left), Ignore(Returned), Ignore(Late.Received));
        }

        public State Away { get; private set; } = null!;
        public State Home { get; private set; } = null!;
        public Event<Leave> Left { get; private set; } = null!;
        public Event<ComeHome> Returned { get; private set; } = null!;
        public Schedule<Trip, Overdue> Late { get; private set; } = null!;
    }

    public sealed class LaterTripMachine : MassTransitStateMachine<Trip>
    {
        public LaterTripMachine()
        {
            InstanceState(trip => trip.State);
            Event(() => Left, e => e.CorrelateById(c => c.Message.Id));
            Event(() => Returned, e => e.CorrelateById(c => c.Message.Id));
            Schedule(
                () => Late,
                trip => trip.OverdueToken,
                it => it.Received = e => e.CorrelateById(c => c.Message.Id)
            );
            Initially(When(Left).TransitionTo(Away));
            During(Away, Ignore(Left), When(Returned).TransitionTo(Back), Ignore(Late.Received));
            During(Back, Ignore(Left), Ignore(Returned), Ignore(Late.Received));
        }

        public State Away { get; private set; } = null!;
        public State Back { get; private set; } = null!;
        public Event<Leave> Left { get; private set; } = null!;
        public Event<ComeHome> Returned { get; private set; } = null!;
        public Schedule<Trip, Overdue> Late { get; private set; } = null!;
    }

    public sealed class Lamp : SagaStateMachineInstance
    {
        public Guid CorrelationId { get; set; }
        public int State { get; set; }
    }

    public sealed class LampMachine : MassTransitStateMachine<Lamp>
    {
        public LampMachine(bool swapped)
        {
            if (swapped)
                InstanceState(lamp => lamp.State, Off, On);
            else
                InstanceState(lamp => lamp.State, On, Off);
        }

        public State On { get; private set; } = null!;
        public State Off { get; private set; } = null!;
    }
}
