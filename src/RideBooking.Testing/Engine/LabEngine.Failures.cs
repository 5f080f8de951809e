using MassTransit;
using MassTransit.Events;
using MassTransit.Metadata;
using MassTransit.Middleware;

namespace RideBooking.Testing.Engine;

/// <content>The handling of messages whose handler fails.</content>
sealed partial class LabEngine
{
    /// <summary>Whether a failed message is tried again.</summary>
    public bool TriesAgain => _setup.RetryPolicy is not null || _setup.RedeliveryPolicy is not null;

    /// <summary>
    /// Returns the world after a handler failed that had already sent messages. Its message is tried again.
    /// </summary>
    public World FailAndTryAgain(Handled handled)
    {
        var world = Release(handled.Before.With(Trace.Delivered(handled)), handled, handled.Messages);
        var again = handled.Delivery with
        {
            Attempt = handled.Delivery.Attempt + 1,
            Tries = handled.Delivery.Tries + 1,
        };
        return world with { InFlight = world.InFlight.Add(again) };
    }

    World Failed(World world, Handled handled)
    {
        var (delivery, fault) = (handled.Delivery, handled.Fault!);
        if (NextTry(_setup.RetryPolicy, fault, delivery.Attempt) is { } retry)
            return Later(
                world,
                handled,
                retry,
                $"retry {delivery.Attempt + 1}",
                delivery with
                {
                    Attempt = delivery.Attempt + 1,
                    Tries = delivery.Tries + 1,
                }
            );
        if (NextTry(_setup.RedeliveryPolicy, fault, delivery.Redelivery) is { } redelivery)
        {
            var again = Serializer.Repack(
                delivery.Envelope,
                world.Now + redelivery,
                (MessageHeaders.RedeliveryCount, delivery.Redelivery + 1)
            );
            var next = new Delivery(delivery.To, again, 0, delivery.Redelivery + 1, delivery.Tries + 1);
            return Later(world, handled, redelivery, $"redelivery {next.Redelivery}", next);
        }
        world = world.With(
            new Observation
            {
                Kind = ObservationKind.Faulted,
                At = world.Now,
                Receiver = delivery.To.Name,
                Envelope = delivery.Envelope,
                Exception = fault,
            }
        );
        var notice = FaultOf(delivery.Envelope, fault, world.Now);
        var to = delivery.Envelope.FaultAddress ?? delivery.Envelope.ResponseAddress;
        return world with { InFlight = world.InFlight.AddRange(Route(notice, to)) };
    }

    static World Later(World world, Handled handled, TimeSpan delay, string what, Delivery again)
    {
        var due = world.Now + delay;
        return world.With(
            new Observation
            {
                Kind = ObservationKind.WillRetry,
                At = world.Now,
                Receiver = again.To.Name,
                Envelope = again.Envelope,
                Exception = handled.Fault,
                Due = due,
                Says = () => what,
            }
        ) with
        {
            // An immediate retry is due now, so no test has to let time pass.
            InFlight = delay <= TimeSpan.Zero ? world.InFlight.Add(again) : world.InFlight,
            Due =
                delay <= TimeSpan.Zero
                    ? world.Due
                    : world.Due.Add(new DueMessage(due, Guid.Empty, again.Envelope, Again: again)),
        };
    }

    /// <summary>Returns the policy's delay before the next attempt; null if there is none.</summary>
    static TimeSpan? NextTry(IRetryPolicy? policy, Exception fault, int attempts)
    {
        if (policy is null || !policy.IsHandled(fault))
            return null;
        using var context = policy.CreatePolicyContext(new NoPipeContext());
        if (!context.CanRetry(fault, out var retry))
            return null;
        for (var attempt = 0; attempt < attempts; attempt++)
            if (!retry.CanRetry(fault, out retry))
                return null;
        return retry.Delay ?? TimeSpan.Zero;
    }

    sealed class NoPipeContext : BasePipeContext;

    /// <summary>Creates the fault that MassTransit publishes when a message has failed permanently.</summary>
    public Envelope FaultOf(Envelope failed, Exception fault, DateTimeOffset now)
    {
        var notice = Activator.CreateInstance(
            typeof(FaultEvent<>).MakeGenericType(failed.Type),
            failed.Message,
            (Guid?)failed.MessageId,
            new BusHostInfo(true),
            fault,
            new[] { MessageUrn.ForTypeString(failed.Type) }
        )!;
        var head = new Serializer.Head(
            NewId.NextGuid(),
            RequestId: failed.RequestId,
            CorrelationId: failed.CorrelationId,
            ConversationId: failed.ConversationId
        );
        return Serializer.Pack(notice, typeof(Fault<>).MakeGenericType(failed.Type), head, now);
    }
}
