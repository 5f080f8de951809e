using System.Reflection;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Testing.Comparison;
using RideBooking.Testing.Engine;
using RideBooking.Testing.Hosted;
using RideBooking.Testing.Values;

namespace RideBooking.Testing;

/// <summary>A running bus on which a lab's scenarios are replayed, and must end as they do in the lab.</summary>
/// <remarks>
/// Scenarios run one at a time, because the whole bus has one time, and each scenario resets it. The end of a step is computed,
/// not guessed, on a broker too. The lab knows how many messages its sagas and consumers receive in a step. The step has ended on
/// the bus when they have received as many, no message is being sent or handled, the scheduler has received all its messages and
/// sent those that are due, and every other sender is idle. A message that is sent then or later was not sent in the lab, and is
/// a difference.
/// </remarks>
public sealed class ScenarioBus : IDisposable
{
    static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(2);

    readonly IServiceProvider _services;
    readonly ScenarioBusSetup _setup;
    readonly SemaphoreSlim _oneAtATime = new(1);
    readonly Dictionary<Type, IObservedSaga> _watched = [];

    internal ScenarioBus(IServiceProvider services, ScenarioBusSetup setup) => (_services, _setup) = (services, setup);

    /// <inheritdoc/>
    public void Dispose() => _oneAtATime.Dispose();

    LabTime Time => _services.GetRequiredService<LabTime>();

    WireTap Tap => _services.GetRequiredService<WireTap>();

    internal async Task Play(SagaLab lab, IReadOnlyList<object> steps, CancellationToken cancellationToken = default)
    {
        await _oneAtATime.WaitAsync(cancellationToken);
        try
        {
            var pure = lab.Start();
            foreach (var machine in lab.Engine.Machines)
                Watch(machine);
            await MoveTo(pure.Now, cancellationToken);
            var run = Tap.Run = new BusRun(
                _services.GetRequiredService<IBus>(),
                Time,
                lab.Engine.Receivers.SelectMany(it => it.ConsumedTypes).Select(MessageUrn.ForTypeString).ToHashSet(),
                urn => AddressOf(urn, lab, pure),
                (time, cancellationToken) => MoveTo(Time.GetUtcNow() + time, cancellationToken)
            );
            var accounts = new RunComparison(Time, _setup.Name);
            for (var at = 0; at < steps.Count; at++)
                foreach (var moment in Moments(Step.Of(steps[at]), pure))
                {
                    var before = pure.Observations.Count;
                    run.Begin();
                    await moment(pure, cancellationToken);
                    await moment(run, cancellationToken);
                    var differences = await Settle(accounts, pure, before, run, cancellationToken);
                    if (differences.Count > 0)
                        throw new SagaLabException(Report(steps, at, differences, pure, before, run));
                }
        }
        finally
        {
            Tap.Run = null;
            _oneAtATime.Release();
        }
    }

    /// <summary>
    /// A step, cut wherever something becomes due, so that both sides know the results of everything before a timer.
    /// </summary>
    static IEnumerable<Func<IStage, CancellationToken, Task>> Moments(Step step, LabRun pure)
    {
        var id = NewId.NextGuid();
        foreach (var part in step.Parts)
            yield return (stage, cancellationToken) => part(stage, id, cancellationToken);
        if (step.Parts.Count > 0)
            yield break;
        var until = step.Time is { } time ? pure.Now + time : DateTimeOffset.MaxValue;
        while (pure.World.NextDue is { } next && next.Due <= until)
        {
            var duration = next.Due > pure.Now ? next.Due - pure.Now : TimeSpan.Zero;
            yield return (stage, cancellationToken) => stage.Passes(duration, cancellationToken);
        }
        if (step.Time is not null && until > pure.Now)
        {
            var rest = until - pure.Now;
            yield return (stage, cancellationToken) => stage.Passes(rest, cancellationToken);
        }
    }

    /// <summary>Waits until the moment has ended on the bus, and returns the differences from the lab.</summary>
    async Task<List<string>> Settle(
        RunComparison accounts,
        LabRun pure,
        int before,
        BusRun run,
        CancellationToken cancellationToken
    )
    {
        var inLab = InLab(pure, before);
        var deliveries = DeliveriesIn(pure);
        if (_services.GetService<BusTraffic>() is { } traffic)
            try
            {
                await traffic.Settle(
                    async stopped => run.Unsettled is null && await IsAtRest(stopped),
                    _setup.Timeout,
                    cancellationToken
                );
                return accounts.Differences(inLab, await OnBus(run, cancellationToken));
            }
            catch (SagaLabException exception)
            {
                List<string> found = [exception.Message];
                if (run.Unsettled is { } unrest)
                    found.Add(unrest);
                return [.. found, .. accounts.Differences(inLab, await OnBus(run, cancellationToken))];
            }

        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var (moved, moves) = (run.NextActivity, run.ActivityCount);
            if (run.Unsettled is null && run.Received >= deliveries && await IsAtRest(cancellationToken))
            {
                var differences = accounts.Differences(inLab, await OnBus(run, cancellationToken));
                if (run.ActivityCount == moves)
                    return differences;
            }
            else if (TimeProvider.System.GetElapsedTime(began) > _setup.Timeout)
                return
                [
                    $"not settled within {Formatting.Span(_setup.Timeout)}: {UnsettledReason(run, deliveries)}",
                    .. accounts.Differences(inLab, await OnBus(run, cancellationToken)),
                ];
            await Task.WhenAny(moved, Task.Delay(s_pause, cancellationToken));
        }
    }

    static string UnsettledReason(BusRun run, int deliveries) =>
        run.Unsettled
        ?? (
            run.Received < deliveries
                ? $"{run.Received} messages were received by sagas and consumers, {deliveries} in the lab"
                : "another sender is not idle"
        );

    List<Outcome> InLab(LabRun pure, int before) =>
        [
            .. pure.Observations.Skip(before).Select(Outcome.Of).OfType<Outcome>(),
            .. pure.World.Sagas.Select(it =>
                _watched[it.Key.Type].Account(it.Value, name => !_setup.Ignored.Contains((it.Key.Type, name)))
            ),
        ];

    async Task<List<Outcome>> OnBus(BusRun run, CancellationToken cancellationToken)
    {
        var account = run.Outcomes.ToList();
        await using var scope = _services.CreateAsyncScope();
        foreach (var (type, id) in run.Instances)
            if (await _watched[type].Load(scope.ServiceProvider, id) is { } saga)
                account.Add(_watched[type].Account(saga, name => !_setup.Ignored.Contains((type, name))));
        return account;
    }

    /// <summary>The number of messages that have reached the lab's receivers. A retried message counts once.</summary>
    static int DeliveriesIn(LabRun pure) =>
        pure
            .Observations.Where(it => it.Kind is ObservationKind.Delivered or ObservationKind.Deduplicated)
            .DistinctBy(it => (it.Receiver, it.Envelope))
            .Count();

    async Task<bool> IsAtRest(CancellationToken cancellationToken)
    {
        await using var scope = _services.CreateAsyncScope();
        return await _setup.IsAtRest(scope.ServiceProvider, cancellationToken);
    }

    Task MoveTo(DateTimeOffset time, CancellationToken cancellationToken) =>
        time == Time.GetUtcNow()
            ? Task.CompletedTask
            : _setup.Move(_services, () => Time.MoveTo(time), cancellationToken);

    Uri? AddressOf(string urn, SagaLab lab, LabRun pure)
    {
        var type = lab
            .Engine.Receivers.SelectMany(it => it.ConsumedTypes)
            .Concat(pure.Observations.Select(it => it.MessageType).OfType<Type>())
            .FirstOrDefault(type => MessageUrn.ForTypeString(type) == urn);
        return
            type is not null
            && _services.GetRequiredService<IBus>().Topology.TryGetPublishAddress(type, out var address)
            ? address
            : null;
    }

    string Report(IReadOnlyList<object> steps, int at, List<string> differences, LabRun pure, int before, BusRun run) =>
        $"""
            On {_setup.Name} the scenario goes another way than in the lab, at step {at + 1} of {steps.Count}: {Step.Of(
                steps[at]
            )}

              {string.Join("\n  ", differences)}

            In the lab:
            {ObservationText.Timeline(pure.Observations.Skip(before))}

            On {_setup.Name}:
              {string.Join("\n  ", run.Outcomes)}
            """.ReplaceLineEndings(
            "\n"
        );

    void Watch(Machine machine)
    {
        if (_watched.ContainsKey(machine.Saga))
            return;
        _watched[machine.Saga] = (IObservedSaga)
            typeof(ObservedSaga<>)
                .MakeGenericType(machine.Saga)
                .GetConstructors()[0]
                .Invoke(BindingFlags.DoNotWrapExceptions, null, [this, machine], null);
    }

    /// <summary>A saga of the bus.</summary>
    interface IObservedSaga
    {
        Task<object?> Load(IServiceProvider services, Guid id);

        Outcome Account(object saga, Func<string, bool> isMinded);
    }

    sealed class ObservedSaga<TSaga> : IObservedSaga, IEventObserver<TSaga>
        where TSaga : class, SagaStateMachineInstance
    {
        readonly ScenarioBus _bus;
        readonly Machine _machine;

        public ObservedSaga(ScenarioBus bus, Machine machine)
        {
            (_bus, _machine) = (bus, machine);
            var real =
                bus._services.GetService<SagaStateMachine<TSaga>>()
                ?? throw new SagaLabException(
                    $"{bus._setup.Name} has no machine of {Formatting.TypeName(typeof(TSaga))}."
                );
            real.ConnectEventObserver(this);
        }

        public async Task<object?> Load(IServiceProvider services, Guid id) =>
            await services.GetRequiredService<ILoadSagaRepository<TSaga>>().Load(id);

        public Outcome Account(object saga, Func<string, bool> isMinded) =>
            Outcome.Stored(saga, _machine.StateOf(saga), isMinded);

        Task Meets(BehaviorContext<TSaga> context)
        {
            _bus.Tap.Run?.RecordInstance(typeof(TSaga), context.Saga.CorrelationId, context.ConversationId);
            return Task.CompletedTask;
        }

        Task IEventObserver<TSaga>.PreExecute(BehaviorContext<TSaga> context) => Meets(context);

        Task IEventObserver<TSaga>.PreExecute<T>(BehaviorContext<TSaga, T> context) => Meets(context);

        Task IEventObserver<TSaga>.PostExecute(BehaviorContext<TSaga> context) => Task.CompletedTask;

        Task IEventObserver<TSaga>.PostExecute<T>(BehaviorContext<TSaga, T> context) => Task.CompletedTask;

        Task IEventObserver<TSaga>.ExecuteFault(BehaviorContext<TSaga> context, Exception exception) =>
            Task.CompletedTask;

        Task IEventObserver<TSaga>.ExecuteFault<T>(BehaviorContext<TSaga, T> context, Exception exception) =>
            Task.CompletedTask;
    }
}
