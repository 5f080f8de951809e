using System.Runtime.Serialization;
using FluentValidation;
using MassTransit;
using MassTransit.Configuration;
using RideBooking.Platform.Observability;

namespace RideBooking.Platform.Messaging;

/// <summary>
/// What becomes of a message whose handling fails, on every endpoint; docs/operating.md says it in words. Outermost the
/// scheduled redelivery, then the retry in memory, and inside both one transaction per attempt. What fails all of that lies
/// in <c>&lt;endpoint&gt;_error</c>. A body that cannot be read fails before any of it and goes there at once, as it came.
/// </summary>
internal static class FailurePolicy
{
    /// <summary>The scheduler's endpoint.</summary>
    public const string Scheduler = "quartz";

    // RabbitMQ takes a message back that was not acknowledged for half an hour.
    static readonly TimeSpan s_longestHold = TimeSpan.FromMinutes(25);

    /// <summary>The endpoints that are not like the others, and why.</summary>
    static Policy For(string endpoint, TransportOptions options) =>
        endpoint switch
        {
            // Whoever waits in process for the answer tries again himself; he must not be told of success later.
            _ when endpoint.EndsWith(InProcess.EndpointSuffix, StringComparison.Ordinal) => new([], [], TimeSpan.Zero),
            // Takes timers and redeliveries into the database. It cannot redeliver through itself, and must not lose a timer:
            // it holds them until the database is back, however long that takes.
            Scheduler => new(options.Retry, [], PatientRetry.Forever),
            _ => new(options.Retry, options.Redelivery, HoldFor(options.Redelivery)),
        };

    /// <summary>Sets the endpoint's redelivery and retry; inbox and outbox come after.</summary>
    public static void UseFailurePolicy(
        this IReceiveEndpointConfigurator endpoint,
        string name,
        TransportOptions options,
        EndpointFigures figures
    )
    {
        var policy = For(name, options);
        if (options.Kind == TransportKind.InMemory)
            KeepHeaders.Use(endpoint);
        if (policy.Redelivery.Count > 0)
            // What UseScheduledRedelivery does, with the one setting that it does not offer.
            _ = new ScheduledRedeliveryConfigurationObserver(
                endpoint,
                redelivery =>
                {
                    // It stays the same message: the log, the inbox and the error queue know it by one id.
                    redelivery.ReplaceMessageId = false;
                    redelivery.Ignore<Exception>(IsHopeless);
                    redelivery.Intervals([.. policy.Redelivery]);
                }
            );
        // Inside redelivery, which takes a failure for handled; outside retry, so that a message fails once.
        endpoint.UseForEachMessage(figures.Of(name));
        if (policy.Retry.Count > 0 || policy.HoldFor > TimeSpan.Zero)
            endpoint.UseMessageRetry(retry =>
            {
                retry.Ignore<Exception>(IsHopeless);
                retry.SetRetryPolicy(worthwhile => new PatientRetry(worthwhile, policy.Retry, policy.HoldFor));
            });
    }

    /// <summary>
    /// Whether another attempt cannot end otherwise. Only what says so of itself: content that breaks a rule, a version or a
    /// case that is not supported, a payload that cannot be read. Not what looks like a bug (null reference, argument, key
    /// not found), and not an event that a saga does not accept in its state: both are as often a message that overtook
    /// another, which succeeds a minute later, and a bug that is fixed within the redeliveries needs no operator at all. For
    /// a saga every attempt loads the instance anew, so that a refusal which remains is one of the stored state.
    /// </summary>
    internal static bool IsHopeless(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
            if (
                exception
                is UnacceptableMessageException
                    or ValidationException
                    or NotSupportedException
                    or SerializationException
            )
                return true;
        return false;
    }

    // Redelivery is kept in the very database, so it is no help against the database being away: the message is held in its
    // place for as long as its redeliveries would have lasted. After that it waits as a redelivery, in the scheduler's queue.
    static TimeSpan HoldFor(IReadOnlyList<TimeSpan> redelivery)
    {
        var asLong = redelivery.Aggregate(TimeSpan.Zero, (sum, pause) => sum + pause);
        return asLong < s_longestHold ? asLong : s_longestHold;
    }

    /// <param name="Retry">Pauses between attempts in memory.</param>
    /// <param name="Redelivery">Pauses between redeliveries after that.</param>
    /// <param name="HoldFor">How long a message is held while the database is away.</param>
    sealed record Policy(IReadOnlyList<TimeSpan> Retry, IReadOnlyList<TimeSpan> Redelivery, TimeSpan HoldFor);
}
