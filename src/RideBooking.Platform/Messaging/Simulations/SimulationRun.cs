using System.Runtime.ExceptionServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using MassTransit;
using MassTransit.Scheduling;
using MassTransit.Serialization;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Messaging.Simulations;

/// <summary>One simulation while it runs: what the pipe asks for, and what comes out of it.</summary>
/// <param name="db">Reads instances and inbox entries.</param>
/// <param name="loaded">Gets the stored instance before the state machine changes it.</param>
internal sealed class SimulationRun(AppDbContext db, Action<ISaga>? loaded)
{
    readonly List<SimulatedMessage> _messages = [];
    readonly List<SimulatedTimer> _timers = [];
    Dictionary<Guid, string> _waiting = [];
    JsonObject _before = [];

    public AppDbContext Db => db;

    /// <summary>Whether the message is only read, and not handled.</summary>
    public bool OnlyReads { get; init; }

    /// <summary>The message, once it was read.</summary>
    public object? Message { get; private set; }

    public EndpointConsumer? Consumer { get; private set; }

    /// <summary>When the consumer handled the message before, by its inbox.</summary>
    public DateTimeOffset? ConsumedAt { get; set; }

    /// <summary>Why the message did not reach a consumer.</summary>
    public Exception? ReceiveFailure { get; set; }

    /// <summary>Why the consumer failed.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Why the simulation itself failed, for example because the database is unavailable.</summary>
    public ExceptionDispatchInfo? Interruption { get; set; }

    /// <summary>The instance, which the state machine changes. It is stored nowhere.</summary>
    public ISaga? Saga { get; private set; }

    public bool IsNew { get; private set; }

    /// <summary>Whether an instance was looked for and not found.</summary>
    public bool IsMissing { get; set; }

    /// <summary>The state of the instance before the message.</summary>
    public string From { get; private set; } = "";

    public IReadOnlyList<SimulatedMessage> Messages => _messages;

    public IReadOnlyList<SimulatedTimer> Timers => _timers;

    public bool HasEffect => IsNew || _messages.Count > 0 || _timers.Count > 0 || Changes().Count > 0;

    public void Read(object message, EndpointConsumer? consumer) => (Message, Consumer) = (message, consumer);

    /// <summary>Records the instance before the state machine changes it.</summary>
    public void Begin<TSaga>(SimulatedMachine<TSaga> machine, TSaga saga, bool isNew)
        where TSaga : class, SagaStateMachineInstance
    {
        (Saga, IsNew, IsMissing, From) = (saga, isNew, false, machine.StateOf(saga));
        _before = Json();
        _waiting = machine.WaitingTimers(saga);
        if (!isNew)
            loaded?.Invoke(saga);
    }

    /// <summary>The members whose values the state machine has changed.</summary>
    public IReadOnlyList<string> Changes()
    {
        // A member that is null is left out.
        var after = Json();
        return
        [
            .. after
                .Select(member => member.Key)
                .Union(_before.Select(member => member.Key))
                .Where(member => !JsonNode.DeepEquals(after[member], _before[member])),
        ];
    }

    /// <summary>Records a message that would leave; timers leave as messages to the scheduler.</summary>
    public void Add<T>(SendContext<T> context, bool isPublished)
        where T : class
    {
        switch (context.Message)
        {
            case ScheduleMessage scheduled:
                _timers.Add(
                    new SimulatedTimer(
                        scheduled.PayloadType is [var urn, ..] ? NameOf(urn) : null,
                        new DateTimeOffset(scheduled.ScheduledTime.ToUniversalTime())
                    )
                );
                break;
            case CancelScheduledMessage cancelled:
                _timers.Add(new SimulatedTimer(_waiting.GetValueOrDefault(cancelled.TokenId), null));
                break;
            default:
                _messages.Add(
                    new SimulatedMessage(typeof(T), isPublished, context.DestinationAddress?.LastPart() ?? "")
                );
                break;
        }
    }

    /// <summary>Returns the name of a message type without its namespace.</summary>
    public static string NameOf(string urn) => urn[(urn.LastIndexOf(':') + 1)..];

    JsonObject Json() =>
        Saga is null
            ? []
            : JsonSerializer.SerializeToNode(Saga, Saga.GetType(), SystemTextJsonMessageSerializer.Options)!.AsObject();
}
