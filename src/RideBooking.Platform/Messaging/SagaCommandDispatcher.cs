using System.Collections.ObjectModel;
using System.Runtime.ExceptionServices;
using MassTransit;
using MassTransit.Context;
using MassTransit.EntityFrameworkCoreIntegration;
using MassTransit.Serialization;
using MassTransit.Transports;
using Microsoft.EntityFrameworkCore;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Messaging;

/// <summary>Runs a command on a saga's state machine synchronously, within the process and without the broker.</summary>
/// <remarks>
/// The command has the same correlation, retry, inbox, transaction and outbox as a message from the broker. An HTTP handler
/// therefore knows the state machine's decision when it responds. An unavailable broker delays what the state machine
/// publishes, but the caller's command still succeeds. A module registers it with
/// <see cref="EndpointPolicyRegistration.AddSagaCommands{TSaga}"/>.
/// </remarks>
/// <typeparam name="TSaga">The saga's instance.</typeparam>
public sealed class SagaCommandDispatcher<TSaga>
    where TSaga : class, ISaga
{
    readonly IReceiveEndpointDispatcher _dispatcher;
    readonly TransportOptions _options;
    readonly TimeProvider _clock;

    /// <summary>Creates the saga's in-process endpoint.</summary>
    public SagaCommandDispatcher(
        IReceiveEndpointDispatcherFactory dispatchers,
        IEndpointNameFormatter names,
        TransportOptions options,
        TimeProvider clock
    )
    {
        _options = options;
        _clock = clock;
        _dispatcher = dispatchers.CreateSagaReceiver<TSaga>(InProcess.EndpointName<TSaga>(names));
    }

    /// <summary>Sends the command to the state machine.</summary>
    /// <param name="command">The command.</param>
    /// <param name="messageId">Identifies this request: sending the same id again has no further effect.</param>
    /// <param name="cancellationToken">Stops waiting; the transaction then either committed or did not.</param>
    /// <returns>Whether the state machine accepted it with <see cref="InProcess.Accept"/>, and the instance.</returns>
    public async Task<CommandOutcome> Send<TCommand>(
        TCommand command,
        Guid messageId,
        CancellationToken cancellationToken
    )
        where TCommand : class
    {
        var envelope = new MessageSendContext<TCommand>(command, cancellationToken)
        {
            MessageId = messageId,
            ConversationId = NewId.NextGuid(),
            SourceAddress = _dispatcher.InputAddress,
            DestinationAddress = _dispatcher.InputAddress,
        };
        var serializer = SystemTextJsonMessageSerializer.Instance;
        envelope.Serializer = serializer;
        var body = serializer.GetMessageBody(envelope).GetBytes();
        var headers = new Dictionary<string, object>
        {
            [MessageHeaders.ContentType] = serializer.ContentType.ToString(),
        };
        // Each attempt has its own outcome: a command that the state machine accepted but could not commit is not accepted.
        for (var attempt = 0; ; attempt++)
        {
            var outcome = new CommandOutcome();
            try
            {
                await _dispatcher.Dispatch(
                    body,
                    new ReadOnlyDictionary<string, object>(headers),
                    cancellationToken,
                    outcome
                );
                outcome.Conflict?.Throw();
                return outcome;
            }
            catch (Exception conflict) when (attempt < AttemptsAfter(conflict))
            {
                await Task.Delay(_options.Retry[attempt], _clock, cancellationToken);
            }
        }
    }

    /// <summary>
    /// Returns the commands that the state machine has already accepted, for a request whose response may have been lost.
    /// </summary>
    /// <remarks>Sent again, they have no effect and are not accepted.</remarks>
    public async Task<IReadOnlySet<Guid>> AcceptedBefore(
        AppDbContext db,
        IReadOnlyCollection<Guid> messageIds,
        CancellationToken cancellationToken
    ) =>
        (
            await db.Set<InboxState>()
                .Where(entry => messageIds.Contains(entry.MessageId) && entry.Consumed != null)
                .Select(entry => entry.MessageId)
                .ToListAsync(cancellationToken)
        ).ToHashSet();

    // When another caller created the saga first, the second attempt finds it. A duplicate of any other key is permanent.
    int AttemptsAfter(Exception conflict) =>
        DatabaseConflicts.IsDuplicateKey(conflict) ? Math.Min(1, _options.Retry.Count)
        : DatabaseConflicts.IsRetryable(conflict) ? _options.Retry.Count
        : 0;
}

/// <summary>The outcome of a command.</summary>
public sealed class CommandOutcome : IResettablePayload
{
    /// <summary>
    /// Whether the state machine accepted it. False: the state does not allow it, or the request was a duplicate.
    /// </summary>
    public bool Accepted { get; internal set; }

    /// <summary>Whether it was accepted with <see cref="InProcess.AcceptRepeat"/>: it changed nothing.</summary>
    public bool IsRepeat { get; internal set; }

    /// <summary>Whether this command, and no earlier one, had the effect.</summary>
    public bool HadEffect => Accepted && !IsRepeat;

    /// <summary>
    /// The instance that accepted it, as it was committed, or that refused it, as the state machine saw it. Null if the request
    /// was a duplicate, which the state machine does not see.
    /// </summary>
    public ISaga? Saga { get; internal set; }

    /// <summary>
    /// Why the state machine refused it, as said by <see cref="InProcess.Refuse{TSaga}"/>. If null, nothing in its table accepts
    /// the command in this state.
    /// </summary>
    public Refusal? Refusal { get; internal set; }

    void IResettablePayload.Reset() => (Accepted, IsRepeat, Saga, Refusal) = (false, false, null, null);

    /// <summary>The conflict that rolled it back, for the caller to judge.</summary>
    internal ExceptionDispatchInfo? Conflict { get; set; }
}
