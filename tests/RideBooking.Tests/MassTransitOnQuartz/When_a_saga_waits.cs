using System.Linq.Expressions;
using MassTransit;
using MassTransit.Saga;
using MassTransit.Scheduling;
using Microsoft.Extensions.DependencyInjection;

namespace RideBooking.Tests.MassTransitOnQuartz;

public sealed class When_a_saga_waits
{
    static readonly TimeSpan TenMinutes = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task Each_timeout_comes_when_it_is_due_again()
    {
        await using var lab = await Start();
        var id = await Begin(lab);

        for (var timeouts = 1; timeouts <= 3; timeouts++)
        {
            await lab.Scheduled<ScheduleMessage>(timeouts);
            await lab.Advance(TenMinutes);
            await Saga(lab, saga => saga.CorrelationId == id && saga.Timeouts == timeouts);
        }
    }

    [Fact]
    public async Task A_timeout_that_the_saga_unscheduled_does_not_reach_it()
    {
        await using var lab = await Start();
        var id = await Begin(lab);
        await lab.Scheduled<ScheduleMessage>();

        await lab.Harness.Bus.Publish(new Calm { CorrelationId = id }, lab.Harness.CancellationToken);
        await lab.Scheduled<CancelScheduledMessage>();
        await lab.Advance(TenMinutes);

        await WaitFor.TrueAsync("no timer is left", async () => (await lab.Triggers()).Count == 0);
        lab.Services.GetRequiredService<Consumptions>().Of<Nag>().ShouldBe(0);
    }

    [Fact]
    public async Task A_stale_timeout_is_dropped()
    {
        await using var lab = await Start();
        var id = await Begin(lab);
        await lab.Scheduled<ScheduleMessage>();

        // The token of a timeout that the saga has since replaced.
        await lab.Harness.Bus.Publish(
            new Nag { CorrelationId = id },
            send => send.Headers.Set(MessageHeaders.SchedulingTokenId, Guid.NewGuid().ToString()),
            lab.Harness.CancellationToken
        );
        await lab.Scheduled<Nag>();
        await lab.Advance(TenMinutes);

        await Saga(lab, saga => saga.CorrelationId == id && saga.Timeouts == 1);
    }

    [Fact]
    public async Task A_timeout_that_fails_at_first_is_redelivered_as_the_timeout_it_is()
    {
        await using var lab = await Start(failures: 2);
        var id = await Begin(lab);
        await lab.Scheduled<ScheduleMessage>();

        await lab.Advance(TenMinutes);
        for (var redelivery = 1; redelivery <= 2; redelivery++)
        {
            await lab.Scheduled<ScheduleMessage>(1 + redelivery);
            await lab.Advance(TimeSpan.FromMinutes(1));
        }

        await Saga(lab, saga => saga.CorrelationId == id && saga.Timeouts == 1);
        await lab.Scheduled<ScheduleMessage>(4);
        await lab.Advance(TenMinutes);
        await Saga(lab, saga => saga.CorrelationId == id && saga.Timeouts == 2);
    }

    [Fact]
    public async Task A_request_without_an_answer_times_out()
    {
        await using var lab = await Start();
        var id = NewId.NextGuid();
        await lab.Harness.Bus.Publish(new Ask { CorrelationId = id }, lab.Harness.CancellationToken);
        await lab.Scheduled<ScheduleMessage>();

        await lab.Advance(TimeSpan.FromSeconds(30));

        await Saga(lab, saga => saga.CorrelationId == id && saga.CurrentState == "Unanswered");
    }

    static Task<SchedulingLab> Start(int failures = 0) =>
        SchedulingLab.Start(
            x => x.AddSagaStateMachine<Nagging, NaggingState>().InMemoryRepository(),
            bus: (_, configurator) =>
                configurator.UseScheduledRedelivery(retry => retry.Interval(3, TimeSpan.FromMinutes(1))),
            services: services => services.AddSingleton(new TimeoutFailures { Left = failures })
        );

    static async Task<Guid> Begin(SchedulingLab lab)
    {
        var id = NewId.NextGuid();
        await lab.Harness.Bus.Publish(new Begun { CorrelationId = id }, lab.Harness.CancellationToken);
        return id;
    }

    static Task Saga(SchedulingLab lab, Expression<Func<NaggingState, bool>> expected)
    {
        var sagas = lab.Services.GetRequiredService<IndexedSagaDictionary<NaggingState>>();
        var query = new SagaQuery<NaggingState>(expected);
        return WaitFor.TrueAsync(
            $"a saga is {expected.Body}",
            async () =>
            {
                await sagas.MarkInUse(lab.Harness.CancellationToken);
                try
                {
                    return sagas.Where(query).Any();
                }
                finally
                {
                    sagas.Release();
                }
            }
        );
    }

    public sealed class NaggingState : SagaStateMachineInstance
    {
        public Guid CorrelationId { get; set; }
        public string CurrentState { get; set; } = "";
        public Guid? NagToken { get; set; }
        public Guid? AskToken { get; set; }
        public int Timeouts { get; set; }
    }

    /// <summary>The number of times the saga fails before it accepts a timeout.</summary>
    public sealed class TimeoutFailures
    {
        public int Left { get; set; }
    }

    public sealed class Nagging : MassTransitStateMachine<NaggingState>
    {
        public Nagging(TimeoutFailures failures)
        {
            InstanceState(saga => saga.CurrentState);
            Schedule(() => NagAgain, saga => saga.NagToken, schedule => schedule.Delay = TenMinutes);
            Request(() => Answer, saga => saga.AskToken, request => request.Timeout = TimeSpan.FromSeconds(30));

            Initially(
                When(Begun)
                    .Schedule(NagAgain, saga => new Nag { CorrelationId = saga.Saga.CorrelationId })
                    .TransitionTo(Waiting),
                When(Ask)
                    .Request(Answer, _ => new Uri("loopback://localhost/unknown"), saga => saga.Init<Question>(new { }))
                    .TransitionTo(Answer!.Pending)
            );
            During(
                Waiting,
                When(NagAgain!.Received)
                    .Then(_ =>
                    {
                        if (failures.Left-- > 0)
                            throw new InvalidOperationException("Not yet");
                    })
                    .Then(saga => saga.Saga.Timeouts++)
                    .Schedule(NagAgain, saga => new Nag { CorrelationId = saga.Saga.CorrelationId }),
                When(Calm).Unschedule(NagAgain)
            );
            During(Answer.Pending, When(Answer.TimeoutExpired).TransitionTo(Unanswered));
        }

        public State Waiting { get; private set; } = null!;
        public State Unanswered { get; private set; } = null!;
        public Event<Begun> Begun { get; private set; } = null!;
        public Event<Calm> Calm { get; private set; } = null!;
        public Event<Ask> Ask { get; private set; } = null!;
        public Schedule<NaggingState, Nag> NagAgain { get; private set; } = null!;
        public Request<NaggingState, Question, Reply> Answer { get; private set; } = null!;
    }

    public sealed record Begun : CorrelatedBy<Guid>
    {
        public Guid CorrelationId { get; init; }
    }

    public sealed record Calm : CorrelatedBy<Guid>
    {
        public Guid CorrelationId { get; init; }
    }

    public sealed record Ask : CorrelatedBy<Guid>
    {
        public Guid CorrelationId { get; init; }
    }

    public sealed record Nag : CorrelatedBy<Guid>
    {
        public Guid CorrelationId { get; init; }
    }

    public sealed record Question;

    public sealed record Reply;
}
