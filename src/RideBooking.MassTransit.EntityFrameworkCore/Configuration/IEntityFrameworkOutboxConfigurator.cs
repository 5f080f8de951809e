using System.Data;
using MassTransit.EntityFrameworkCoreIntegration;

namespace MassTransit;

/// <summary>Configures inbox, outbox and delivery of one context.</summary>
public interface IEntityFrameworkOutboxConfigurator : ITransactionalOutboxConfigurator
{
    /// <summary>
    /// How long a second delivery of a message is recognized. Seven days by default: long enough for a message that is
    /// moved back from an error queue.
    /// </summary>
    TimeSpan DuplicateDetectionWindow { set; }

    /// <summary>
    /// The isolation level of the transaction around a consumer; repeatable read by default. Of two messages that change a row
    /// both have read, one fails then with a conflict, so message retry belongs around the outbox.
    /// </summary>
    IsolationLevel IsolationLevel { set; }

    /// <summary>Accepted for compatibility: this outbox locks by keys and a lease, not by locking queries.</summary>
    ILockStatementProvider LockStatementProvider { set; }

    /// <summary>
    /// How often the sweeper looks for messages that were left behind, and how long (but never under five seconds) it
    /// leaves a message to the process that committed it. Ten seconds by default.
    /// </summary>
    TimeSpan QueryDelay { set; }

    /// <summary>How many messages or inbox rows are read or deleted at a time; 100 by default.</summary>
    int QueryMessageLimit { set; }

    /// <summary>How long a query of the sweeper or the cleanup may take; 30 seconds by default.</summary>
    TimeSpan QueryTimeout { set; }

    /// <summary>
    /// Lets several messages share a transaction. A consumer that only tracks changes runs without a transaction, and its
    /// changes are written when it is done, together with those of other messages, by a context of another scope. Faster under
    /// load, and weaker: what a consumer has read may have changed by then (use concurrency tokens), and a message that two
    /// processes receive at once runs in both, of which one is undone. Needs <see cref="IsolationLevel"/> read committed. A context that
    /// another cannot write for with the same meaning is not grouped; docs/group-commit.md has the list.
    /// </summary>
    void UseGroupCommit();

    /// <summary>Gives each message a transaction of its own, from its beginning; the default.</summary>
    void DisableGroupCommit();

    /// <summary>
    /// Sends what has the same routing key in the order in which it was committed, by whichever process, each message after the
    /// broker has confirmed those before it. It costs a query in every transaction that sends something, and the rest of a
    /// lane waits for a message that cannot be sent. Not kept by default.
    /// </summary>
    void KeepOrderByRoutingKey();

    /// <summary>Leaves the cleanup of the inbox to another process.</summary>
    void DisableInboxCleanupService();

    /// <summary>
    /// Also puts what is sent outside consumers (by an HTTP request, say) into the outbox, to be committed by the
    /// caller's own <c>SaveChanges</c>.
    /// </summary>
    void UseBusOutbox(Action<IEntityFrameworkBusOutboxConfigurator>? configure = null);
}
