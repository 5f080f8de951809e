using System.Data;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>The settings of one context's inbox, outbox and delivery.</summary>
sealed class OutboxSettings<TDbContext>
    where TDbContext : DbContext
{
    static readonly TimeSpan MinGracePeriod = TimeSpan.FromSeconds(5);

    public TimeSpan DuplicateDetectionWindow { get; set; } = TimeSpan.FromDays(7);
    public IsolationLevel IsolationLevel { get; set; } = IsolationLevel.RepeatableRead;
    public TimeSpan QueryDelay { get; set; } = TimeSpan.FromSeconds(10);
    public int QueryMessageLimit { get; set; } = 100;
    public TimeSpan QueryTimeout { get; set; } = TimeSpan.FromSeconds(30);
    public int MessageDeliveryLimit { get; set; } = 100;
    public TimeSpan MessageDeliveryTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether several messages may share a transaction; by default each has its own, from the start.</summary>
    public bool GroupsCommits { get; set; }

    /// <summary>Whether messages with the same routing key are sent in the order of their commits.</summary>
    public bool KeepsOrder { get; set; }

    /// <summary>
    /// How many scheduled messages this process sends per second at most, when they are due; null if the outbox keeps none.
    /// </summary>
    public int? ScheduledPerSecond { get; set; }

    /// <summary>The bus that sends the messages; null for the bus that has no name.</summary>
    public string? BusName { get; set; }

    /// <summary>
    /// Whether this process delivers messages that are sent outside consumers; false if another process does.
    /// </summary>
    public bool DeliversBusOutbox { get; set; } = true;

    /// <summary>How long a committed message is left to the process that committed it before the sweeper takes it.</summary>
    public TimeSpan GracePeriod => QueryDelay > MinGracePeriod ? QueryDelay : MinGracePeriod;

    /// <summary>How long a sweeper that has died prevents others from sweeping.</summary>
    public TimeSpan LeaseDuration => QueryDelay + QueryTimeout + MessageDeliveryTimeout;

    /// <summary>Derives this bus's id from one that other buses share.</summary>
    public Guid OfBus(Guid id)
    {
        if (BusName is null)
            return id;
        var hash = SHA256.HashData([.. id.ToByteArray(), .. Encoding.UTF8.GetBytes(BusName)]);
        return new Guid(hash.AsSpan(0, 16));
    }

    /// <summary>Copies the settings for another bus.</summary>
    public OutboxSettings<TDbContext> For(Type bus)
    {
        var settings = (OutboxSettings<TDbContext>)MemberwiseClone();
        settings.BusName = bus == typeof(IBus) ? null : bus.FullName;
        settings.Validate();
        return settings;
    }

    public void Validate()
    {
        if (GroupsCommits && IsolationLevel is not (IsolationLevel.ReadCommitted or IsolationLevel.Unspecified))
            throw new ConfigurationException(
                "UseGroupCommit needs IsolationLevel = IsolationLevel.ReadCommitted: a consumer reads before the transaction that writes its changes begins, so no stricter level can be kept."
            );
        if (BusName?.Length > OutboxModel.MaxBusNameLength)
            throw new ConfigurationException(
                $"The full name of the bus {BusName} is longer than {OutboxModel.MaxBusNameLength} characters."
            );
        Positive(DuplicateDetectionWindow, nameof(DuplicateDetectionWindow));
        Positive(QueryDelay, nameof(QueryDelay));
        Positive(QueryTimeout, nameof(QueryTimeout));
        Positive(MessageDeliveryTimeout, nameof(MessageDeliveryTimeout));
        if (ScheduledPerSecond < 1)
            throw new ConfigurationException("The outbox must send at least one scheduled message per second.");
        if (QueryMessageLimit < 1 || MessageDeliveryLimit < 1)
            throw new ConfigurationException(
                $"{nameof(QueryMessageLimit)} and {nameof(MessageDeliveryLimit)} of the outbox must be 1 or more."
            );

        static void Positive(TimeSpan value, string name)
        {
            if (value <= TimeSpan.Zero)
                throw new ConfigurationException($"{name} of the outbox must be longer than zero.");
        }
    }
}
