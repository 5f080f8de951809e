using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using MassTransit;
using MassTransit.Configuration;
using MassTransit.EntityFrameworkCoreIntegration;
using MassTransit.Transports;
using Microsoft.EntityFrameworkCore;
using RideBooking.EventLog;
using RideBooking.Platform.Messaging.Failures;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Messaging.Simulations;

/// <summary>Computes what an endpoint would do with a message now. Nothing is sent, and nothing is stored.</summary>
/// <remarks>
/// The message goes through a second pipe of the endpoint: MassTransit reads and correlates it, and the real state machine
/// handles it. The ends are different by construction. The instance is read without tracking and stored nowhere, what the
/// machine sends is collected, and the machine reaches no service but the clock. A consumer that is not a state machine does not
/// run. What only the database refuses (a unique key, a concurrent change) is not seen.
/// </remarks>
public sealed partial class MessageSimulator
{
    readonly IBusInstance _bus;
    readonly SimulatedEndpoints _endpoints;
    readonly InboxConsumers _consumers;
    readonly EventCatalogue _catalogue;
    readonly ClockOnly _services;
    readonly ConcurrentDictionary<string, Lazy<ReceiveEndpointDispatcher>> _pipes = new(StringComparer.Ordinal);

    internal MessageSimulator(
        IBusInstance bus,
        SimulatedEndpoints endpoints,
        InboxConsumers consumers,
        EventCatalogue catalogue,
        TimeProvider clock
    ) => (_bus, _endpoints, _consumers, _catalogue, _services) = (bus, endpoints, consumers, catalogue, new(clock));

    /// <summary>Simulates the handling of a message.</summary>
    /// <param name="endpoint">The endpoint's name.</param>
    /// <param name="body">The body as it would be sent.</param>
    /// <param name="headers">The transport's headers as they would be sent, with the content type.</param>
    /// <param name="db">Reads the instance and the inbox.</param>
    /// <param name="cancellationToken">Stops the simulation.</param>
    /// <param name="loaded">Gets the stored instance before the state machine changes it.</param>
    public async Task<Simulation> Simulate(
        string endpoint,
        byte[] body,
        IReadOnlyDictionary<string, object> headers,
        AppDbContext db,
        CancellationToken cancellationToken,
        Action<ISaga>? loaded = null
    )
    {
        if (!_endpoints.Has(endpoint))
            return new(
                SimulationOutcome.NoEndpoint,
                $"This host has no endpoint {endpoint}, so nothing would be sent."
            );
        var run = new SimulationRun(db, loaded);
        await Pipe(endpoint).Dispatch(body, headers, cancellationToken, run, _services);
        run.Interruption?.Throw();
        cancellationToken.ThrowIfCancellationRequested();
        if (run.Message is null)
            return NotRead(endpoint, body, run.ReceiveFailure);

        var machine =
            _endpoints.MachineAt(endpoint) is { } found && run.Consumer?.Type == found.Definition.InstanceType
                ? found
                : null;
        return Result(run, machine) with
        {
            Consumer = run.Consumer?.Type,
            Message = run.Message,
            Machine = machine?.Definition,
            HasInbox = run.Consumer?.InboxId is not null,
        };
    }

    /// <summary>Tells whether an endpoint reads a message as one that it consumes. The message is not handled.</summary>
    /// <param name="endpoint">The endpoint's name.</param>
    /// <param name="body">The body as it would be sent.</param>
    /// <param name="headers">The transport's headers as they would be sent, with the content type.</param>
    /// <param name="db">Is not used.</param>
    /// <param name="cancellationToken">Stops the attempt.</param>
    /// <returns>
    /// Why not: <c>NoEndpoint</c>, <c>Unreadable</c>, <c>UnknownVersion</c> or <c>Skipped</c>; null if it does.
    /// </returns>
    public async Task<Simulation?> WhyUnread(
        string endpoint,
        byte[] body,
        IReadOnlyDictionary<string, object> headers,
        AppDbContext db,
        CancellationToken cancellationToken
    )
    {
        if (!_endpoints.Has(endpoint))
            return new(SimulationOutcome.NoEndpoint, $"This host has no endpoint {endpoint}.");
        var run = new SimulationRun(db, null) { OnlyReads = true };
        await Pipe(endpoint).Dispatch(body, headers, cancellationToken, run, _services);
        cancellationToken.ThrowIfCancellationRequested();
        return run.Message is null ? NotRead(endpoint, body, run.ReceiveFailure) : null;
    }

    ReceiveEndpointDispatcher Pipe(string endpoint) => _pipes.GetOrAdd(endpoint, name => new(() => Open(name))).Value;

    ReceiveEndpointDispatcher Open(string endpoint)
    {
        var configuration = _bus.HostConfiguration.CreateReceiveEndpointConfiguration($"{endpoint}-simulation");
        var configurator = (IReceiveEndpointConfigurator)configuration;
        configurator.ThrowOnSkippedMessages();
        configurator.RethrowFaultedMessages();
        configurator.PublishFaults = false;
        configurator.ConfigureConsumeTopology = false;
        configurator.ConfigureReceive(receive => receive.UseFilter(new KeepReceiveFailure()));
        configurator.UseMessageFilter(
            new SimulateHandling(message => _consumers.At(endpoint, message), _services, _bus.Bus.Topology)
        );
        _endpoints.Configure(endpoint, configurator);
        configuration.Validate().ThrowIfContainsFailure($"The simulation of {endpoint} is not valid:");
        return new ReceiveEndpointDispatcher(configuration.CreateReceiveEndpointContext());
    }

    static Simulation Result(SimulationRun run, SimulatedMachine? machine)
    {
        if (run.ConsumedAt is { } consumedAt)
            return new(
                SimulationOutcome.Deduplicated,
                $"The inbox knows that it was handled at {consumedAt:u}, so it would be acknowledged without effect."
            );
        if (run.Failure is { } failure)
            return Failed(run, failure);
        if (machine is null)
            return new(
                SimulationOutcome.WouldBeConsumed,
                "The consumer would handle it. What a consumer does is not simulated."
            );
        if (run.IsMissing)
            return new(
                SimulationOutcome.MissingInstance,
                "There is no instance, and the state machine then discards the message."
            )
            {
                Messages = run.Messages,
            };

        var to = machine.StateOf(run.Saga!);
        var saga = new SimulatedSaga(run.Saga!.CorrelationId, run.IsNew, run.From, to, run.Changes());
        var reason =
            run.IsNew ? $"The message creates the instance, in state {to}."
            : !run.HasEffect ? $"The state machine accepts the message in state {run.From}, and it has no effect."
            : to == run.From ? $"The instance stays in state {to}, and the message has an effect."
            : $"The instance goes from state {run.From} to {to}.";
        return new(run.HasEffect ? SimulationOutcome.Transition : SimulationOutcome.Ignored, reason)
        {
            Saga = saga,
            Messages = run.Messages,
            Timers = run.Timers,
        };
    }

    // Nothing of what a failed handler did is committed or sent.
    static Simulation Failed(SimulationRun run, Exception failure)
    {
        var result =
            Find<NotSimulatedException>(failure) is { } unavailable
                ? new Simulation(SimulationOutcome.NotSimulated, unavailable.Message)
            : Find<UnhandledEventException>(failure) is { } unhandled
                ? new Simulation(SimulationOutcome.Unhandled, unhandled.Message)
            : run.IsMissing
                ? new Simulation(SimulationOutcome.MissingInstance, "There is no instance, and the message then fails.")
            : new Simulation(SimulationOutcome.FailsAgain, failure.GetBaseException().Message);
        return result with
        {
            Exception = failure,
            IsPermanent = FailurePolicy.IsPermanent(failure),
            Saga =
                run.Saga is { } saga && !run.IsNew
                    ? new SimulatedSaga(saga.CorrelationId, false, run.From, run.From, [])
                    : null,
        };
    }

    Simulation NotRead(string endpoint, byte[] body, Exception? failure)
    {
        if (failure is null || Find<MessageNotConsumedException>(failure) is not null)
        {
            var type = TypeIn(body);
            return type is not null && UnknownVersion(type) is { } version
                ? new(SimulationOutcome.UnknownVersion, version)
                : new(
                    SimulationOutcome.Skipped,
                    $"The endpoint {endpoint} consumes no {type ?? "message of this type"}, so it would be skipped."
                );
        }
        var reason = (Exception?)Find<JsonException>(failure) ?? failure.GetBaseException();
        return new(SimulationOutcome.Unreadable, reason.Message)
        {
            Exception = reason,
            IsPermanent = FailurePolicy.IsPermanent(failure),
        };
    }

    string? UnknownVersion(string type)
    {
        if (
            Version().Match(type) is not { Success: true } match
            || !int.TryParse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture, out var version)
        )
            return null;
        var name = match.Groups[1].Value;
        var known = _catalogue.VersionsOf(name).Length;
        return known > 0 && version > known
            ? $"Version {version} of {name} is not known to this host, which knows up to version {known}. It would be skipped."
            : null;
    }

    static string? TypeIn(byte[] body)
    {
        try
        {
            using var envelope = JsonDocument.Parse(body);
            return
                envelope.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty("messageType", out var types)
                && types is { ValueKind: JsonValueKind.Array }
                && types.GetArrayLength() > 0
                && types[0].ValueKind == JsonValueKind.String
                ? SimulationRun.NameOf(types[0].GetString()!)
                : null;
        }
        catch (JsonException)
        {
            // Raw bytes have no type.
            return null;
        }
    }

    static T? Find<T>(Exception? exception)
        where T : Exception
    {
        for (; exception is not null; exception = exception.InnerException)
            if (exception is T found)
                return found;
        return null;
    }

    [GeneratedRegex("^(.+?)V([0-9]{1,6})$")]
    private static partial Regex Version();

    /// <summary>Handles the message with the state machine, if the inbox does not know it.</summary>
    sealed class SimulateHandling(
        Func<Type, EndpointConsumer?> consumers,
        IServiceProvider services,
        IBusTopology topology
    ) : IMessageFilter
    {
        public async Task Handle<T>(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
            where T : class
        {
            var (run, consumer) = (context.GetPayload<SimulationRun>(), consumers(typeof(T)));
            run.Read(context.Message, consumer);
            if (run.OnlyReads)
                return;
            if (consumer?.InboxId is { } inboxId)
            {
                if (context.GetOriginalMessageId() is not { } messageId)
                {
                    run.Failure = new MessageException(typeof(T), "The inbox needs a MessageId.");
                    return;
                }
                run.ConsumedAt = await ConsumedAt(run, messageId, inboxId, context.CancellationToken);
                if (run.ConsumedAt is not null)
                    return;
            }
            try
            {
                await next.Send(new SimulatedContext<T>(context, run, services, topology));
            }
            catch (Exception exception)
            {
                run.Failure = exception;
            }
        }

        static async Task<DateTimeOffset?> ConsumedAt(
            SimulationRun run,
            Guid messageId,
            Guid consumerId,
            CancellationToken cancellationToken
        )
        {
            try
            {
                var consumed = await run
                    .Db.Set<InboxState>()
                    .Where(entry => entry.MessageId == messageId && entry.ConsumerId == consumerId)
                    .Select(entry => entry.Consumed)
                    .SingleOrDefaultAsync(cancellationToken);
                return consumed is { } at ? new DateTimeOffset(DateTime.SpecifyKind(at, DateTimeKind.Utc)) : null;
            }
            catch (Exception exception)
            {
                run.Interruption = ExceptionDispatchInfo.Capture(exception);
                throw;
            }
        }
    }

    /// <summary>Keeps a failure before the consumer, which the transport would otherwise report as a failed message.</summary>
    sealed class KeepReceiveFailure : IFilter<ReceiveContext>
    {
        public async Task Send(ReceiveContext context, IPipe<ReceiveContext> next)
        {
            try
            {
                await next.Send(context);
            }
            catch (Exception exception)
            {
                context.GetPayload<SimulationRun>().ReceiveFailure = exception;
            }
        }

        public void Probe(ProbeContext context) => context.CreateFilterScope("keepReceiveFailure");
    }

    /// <summary>The services of a state machine in a simulation: the clock.</summary>
    sealed class ClockOnly(TimeProvider clock) : IServiceProvider
    {
        public object GetService(Type serviceType) =>
            serviceType == typeof(TimeProvider)
                ? clock
                : throw new NotSimulatedException(
                    $"The state machine needs the service {serviceType.Name}, which a simulation must not call."
                );
    }
}

/// <summary>A state machine needs something that a simulation does not have.</summary>
internal sealed class NotSimulatedException(string reason) : Exception(reason);
