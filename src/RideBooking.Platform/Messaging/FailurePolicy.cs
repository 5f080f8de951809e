using System.Runtime.Serialization;
using FluentValidation;
using MassTransit;
using MassTransit.Configuration;
using RideBooking.Platform.Observability;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Messaging;

/// <summary>
/// What becomes of a message whose handling fails, on every endpoint; docs/operating/failed-messages.md says it in words.
/// Outermost the scheduled redelivery, then the retry in memory, and inside both one transaction per attempt. What fails all
/// of that lies in <c>&lt;endpoint&gt;_error</c>. A body that cannot be read fails before any of it and goes there at once,
/// as it came.
/// </summary>
internal static class FailurePolicy
{
    /// <summary>The scheduler's endpoint.</summary>
    public const string Scheduler = "quartz";

    /// <summary>The endpoints that are not like the others, and why.</summary>
    static Policy For(string endpoint, TransportOptions options) =>
        endpoint switch
        {
            // A caller that waits in process for the answer retries; a success after that would be reported to no caller.
            _ when IsInProcess(endpoint) => new([], [], TimeSpan.Zero),
            // Takes timers and redeliveries into the database. It cannot redeliver through itself.
            Scheduler => new(options.Retry, [], HoldFor(options)),
            _ => new(options.Retry, options.Redelivery, HoldFor(options)),
        };

    static bool IsInProcess(string endpoint) => endpoint.EndsWith(InProcess.EndpointSuffix, StringComparison.Ordinal);

    /// <summary>Sets the endpoint's redelivery and retry; inbox and outbox come after.</summary>
    public static void UseFailurePolicy(
        this IReceiveEndpointConfigurator endpoint,
        string name,
        TransportOptions options,
        EndpointFigures figures,
        DatabaseWatch database
    )
    {
        var policy = For(name, options);
        if (options.Kind == TransportKind.InMemory || !IsInProcess(name))
            PreserveHeadersFilter.Use(endpoint, options.Kind);
        if (policy.Redelivery.Count > 0)
            // It stays the same message: the log, the inbox and the error queue know it by one id.
            _ = new RedeliverAsItCame(
                endpoint,
                redelivery =>
                {
                    // An outage is no failure of the message: it waits in its queue, and uses up no redelivery.
                    redelivery.Ignore<Exception>(failure => IsPermanent(failure) || DatabaseOutage.Matches(failure));
                    redelivery.Intervals([.. policy.Redelivery]);
                }
            );
        // Inside redelivery, which takes a failure for handled; outside retry, so that a message fails once.
        endpoint.UseMessageFilter(figures.Of(name));
        if (policy.Retry.Count > 0 || policy.HoldFor > TimeSpan.Zero)
            endpoint.UseMessageRetry(retry =>
            {
                retry.Ignore<Exception>(IsPermanent);
                retry.SetRetryPolicy(worthwhile => new OutageAwareRetry(worthwhile, policy.Retry, policy.HoldFor));
            });
        // All timers are stored by the same few statements: one that times out waits for a lock, and no timer is at fault.
        if (policy.HoldFor > TimeSpan.Zero && name != Scheduler)
            endpoint.UseMessageFilter(new JudgeTimeouts(database));
    }

    /// <summary>
    /// Whether another attempt cannot end otherwise. Only what says so of itself: content that breaks a rule, a version or a
    /// case that is not supported, a payload that cannot be read. Not what looks like a bug (null reference, argument, key
    /// not found), and not an event that a saga does not accept in its state: both are as often a message that overtook
    /// another, which succeeds a minute later, and a bug that is fixed within the redeliveries needs no operator at all. For
    /// a saga every attempt loads the instance anew, so that a refusal which remains is one of the stored state.
    /// </summary>
    internal static bool IsPermanent(Exception? exception)
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

    // In memory there is nowhere else to wait. On RabbitMQ there is: the queue (see ReturnDuringOutage).
    static TimeSpan HoldFor(TransportOptions options) =>
        options.Kind == TransportKind.InMemory ? OutageAwareRetry.Forever : ReturnDuringOutage.HoldFor;

    /// <param name="Retry">Pauses between attempts in memory.</param>
    /// <param name="Redelivery">Pauses between redeliveries after that.</param>
    /// <param name="HoldFor">How long a message is held while the database is unavailable.</param>
    sealed record Policy(IReadOnlyList<TimeSpan> Retry, IReadOnlyList<TimeSpan> Redelivery, TimeSpan HoldFor);
}
