using System.Runtime.Serialization;
using FluentValidation;
using MassTransit;
using MassTransit.Configuration;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Messaging.Failures;

/// <summary>
/// Defines what happens to a message whose handling fails, on every endpoint; docs/operating/failed-messages.md describes it.
/// </summary>
/// <remarks>
/// The scheduled redelivery is outermost, then the retry in memory, and inside both one transaction per attempt. A message that
/// fails all of that goes to <c>&lt;endpoint&gt;_error</c>. A message whose body cannot be read fails before any of it and goes
/// there at once, unchanged.
/// </remarks>
internal static class FailurePolicy
{
    /// <summary>Configures the endpoint's redelivery and retry; inbox and outbox come after.</summary>
    public static void UseFailurePolicy(
        this IReceiveEndpointConfigurator endpoint,
        EndpointPolicy policy,
        TransportOptions options,
        IMessageFilter metrics,
        IMessageFilter attemptMetrics,
        DatabaseWatch database
    )
    {
        var holdFor = policy.IsHeldDuringOutage ? HoldFor(options) : TimeSpan.Zero;
        if (options.Kind == TransportKind.InMemory || !policy.IsInProcess)
            PreserveHeadersFilter.Use(endpoint, options.Kind);
        if (policy.IsRedelivered && options.Redelivery.Count > 0)
            // The redelivered message stays the same: the log, the inbox and the error queue know it by one id.
            RawRedelivery.Attach(
                endpoint,
                redelivery =>
                {
                    // An outage is not a failure of the message: it waits in its queue and uses up no redelivery.
                    redelivery.Ignore<Exception>(failure => IsPermanent(failure) || DatabaseOutage.Matches(failure));
                    redelivery.Intervals([.. options.Redelivery]);
                }
            );
        // Inside redelivery, which treats a failure as handled; outside retry, so that a message counts as failed once.
        endpoint.UseMessageFilter(metrics);
        var pauses = policy.IsRetried ? options.Retry : [];
        if (pauses.Count > 0 || holdFor > TimeSpan.Zero)
        {
            endpoint.UseMessageRetry(retry =>
            {
                retry.Ignore<Exception>(IsPermanent);
                retry.SetRetryPolicy(worthwhile => new OutageAwareRetry(worthwhile, pauses, holdFor));
            });
            endpoint.UseMessageFilter(attemptMetrics);
        }
        if (holdFor > TimeSpan.Zero && policy.FailsOnTimeout)
            endpoint.UseMessageFilter(new ClassifyTimeouts(database));
    }

    /// <summary>Whether a failure is permanent, so that another attempt cannot succeed.</summary>
    /// <remarks>
    /// Only failures that are permanent by definition count: content that breaks a rule, an unsupported version or case, a
    /// payload that cannot be read. Apparent bugs (null reference, argument, key not found) do not count, and neither does an
    /// event that a saga does not accept in its state. Both are as often caused by a message that overtook another and succeeds
    /// a minute later, and a bug that is fixed while redeliveries remain needs no operator at all. For a saga, every attempt
    /// reloads the instance, so a refusal that persists comes from the stored state.
    /// </remarks>
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

    // The in-memory transport has nowhere else to wait. On RabbitMQ messages wait in the queue (see ReturnDuringOutage).
    static TimeSpan HoldFor(TransportOptions options) =>
        options.Kind == TransportKind.InMemory ? OutageAwareRetry.Unlimited : ReturnDuringOutage.HoldFor;
}
