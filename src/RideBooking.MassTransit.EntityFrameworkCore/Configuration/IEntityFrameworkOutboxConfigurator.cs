using System.Data;
using MassTransit.EntityFrameworkCoreIntegration;

namespace MassTransit;

/// <summary>Configures the inbox, the outbox and the delivery of one context.</summary>
public interface IEntityFrameworkOutboxConfigurator : ITransactionalOutboxConfigurator
{
    /// <summary>
    /// How long a duplicate delivery of a message is detected. Seven days by default, which is enough for messages that are
    /// moved back from an error queue.
    /// </summary>
    TimeSpan DuplicateDetectionWindow { set; }

    /// <summary>The isolation level of the transaction around a consumer; repeatable read by default.</summary>
    /// <remarks>
    /// If two messages change a row that both have read, one of them fails with a conflict. Configure message retry around
    /// the outbox.
    /// </remarks>
    IsolationLevel IsolationLevel { set; }

    /// <summary>
    /// Has no effect: this outbox uses keys and a lease, not locking queries. Exists for compatibility with the official
    /// package.
    /// </summary>
    ILockStatementProvider LockStatementProvider { set; }

    /// <summary>How often the sweeper looks for messages that were left behind; ten seconds by default.</summary>
    /// <remarks>
    /// It is also how long the sweeper leaves a message to the process that committed it, with a minimum of five seconds.
    /// </remarks>
    TimeSpan QueryDelay { set; }

    /// <summary>The maximum number of messages or inbox rows that are read or deleted at a time; 100 by default.</summary>
    int QueryMessageLimit { set; }

    /// <summary>How long a query of the sweeper or the cleanup may take; 30 seconds by default.</summary>
    TimeSpan QueryTimeout { set; }

    /// <summary>Lets several messages share a transaction. Requires <see cref="IsolationLevel"/> read committed.</summary>
    /// <remarks>
    /// <para>A consumer that only tracks changes runs without a transaction. Its changes are written when it has finished,
    /// together with those of other messages, by a context of another scope. This is faster under load, with weaker
    /// guarantees: what a consumer has read may have changed before its changes are written (use concurrency tokens), and a
    /// message that two processes receive at the same time runs in both, and one of them is rolled back.</para>
    /// <para>A context is not grouped if another context cannot save its changes with the same meaning; docs/group-commit.md
    /// has the list.</para>
    /// </remarks>
    void UseGroupCommit();

    /// <summary>Gives each message its own transaction, from the start; the default.</summary>
    void DisableGroupCommit();

    /// <summary>
    /// Sends messages with the same routing key in the order in which they were committed, across all processes. Off by
    /// default.
    /// </summary>
    /// <remarks>
    /// Each message is sent after the broker has confirmed the ones before it. This costs one query in every transaction that
    /// sends messages, and a message that cannot be sent blocks the later ones with the same routing key.
    /// </remarks>
    void KeepOrderByRoutingKey();

    /// <summary>Keeps scheduled messages in the outbox. Off by default: the bus's scheduler keeps them.</summary>
    /// <remarks>
    /// <para>What a consumer or, with <see cref="UseBusOutbox"/>, a request schedules with <c>Schedule</c> or
    /// <c>IMessageScheduler</c> is committed with its changes, and what it unschedules is deleted with them, so a cancellation
    /// cannot overtake its schedule. A message is sent within a second after it is due. The bus still needs a scheduler
    /// (<c>UsePublishMessageScheduler</c>, for example), which keeps redeliveries, recurring messages and what is scheduled
    /// outside the outbox. Such a message cannot be cancelled through the outbox.</para>
    /// <para>Add the table with <c>AddScheduledOutboxMessageEntity</c>.</para>
    /// </remarks>
    /// <param name="maxPerSecond">How many due messages each process sends per second at most, after an outage for example.</param>
    void KeepScheduledMessages(int maxPerSecond = 200);

    /// <summary>Leaves the cleanup of the inbox to another process.</summary>
    void DisableInboxCleanupService();

    /// <summary>
    /// Also puts messages that are sent outside consumers (by an HTTP request, for example) into the outbox. The caller's own
    /// <c>SaveChanges</c> commits them.
    /// </summary>
    void UseBusOutbox(Action<IEntityFrameworkBusOutboxConfigurator>? configure = null);
}
