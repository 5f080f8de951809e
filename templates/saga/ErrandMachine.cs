using MassTransit;

namespace ErrandSagas;

public sealed record ErrandStarted(Guid ErrandId);

public sealed record ErrandFinished(Guid ErrandId);

public sealed record ErrandExpired(Guid ErrandId);

/// <summary>Tells the world that it took too long.</summary>
public sealed record ErrandIsLate(Guid ErrandId);

public sealed class ErrandState : SagaStateMachineInstance
{
    public Guid CorrelationId { get; set; }
    public string State { get; set; } = "";
    public Guid? DeadlineToken { get; set; }
}

/// <summary>Started, and finished within an hour or late.</summary>
public sealed class ErrandMachine : MassTransitStateMachine<ErrandState>
{
    public ErrandMachine()
    {
        InstanceState(saga => saga.State);
        Event(() => Begun, e => e.CorrelateById(c => c.Message.ErrandId));
        // An event that overtakes the one before it fails, and comes again.
        Event(() => Ended, e => e.CorrelateById(c => c.Message.ErrandId).OnMissingInstance(missing => missing.Fault()));
        Schedule(
            () => Deadline,
            saga => saga.DeadlineToken,
            schedule =>
            {
                schedule.Delay = TimeSpan.FromHours(1);
                schedule.Received = e => e.CorrelateById(c => c.Message.ErrandId);
            }
        );

        Initially(When(Begun).Schedule(Deadline, c => new ErrandExpired(c.Saga.CorrelationId)).TransitionTo(UnderWay));
        During(
            UnderWay,
            When(Ended).Unschedule(Deadline).TransitionTo(Done),
            When(Deadline.Received).Publish(c => new ErrandIsLate(c.Saga.CorrelationId)).TransitionTo(Late)
        );
        During(Late, When(Ended).TransitionTo(Done));
        // What comes twice or late changes nothing.
        During([UnderWay, Late, Done], Ignore(Begun));
        During(Done, Ignore(Ended));
        During([Late, Done], Ignore(Deadline.Received));
    }

    public State UnderWay { get; private set; } = null!;
    public State Late { get; private set; } = null!;
    public State Done { get; private set; } = null!;

    public Event<ErrandStarted> Begun { get; private set; } = null!;
    public Event<ErrandFinished> Ended { get; private set; } = null!;
    public Schedule<ErrandState, ErrandExpired> Deadline { get; private set; } = null!;
}
