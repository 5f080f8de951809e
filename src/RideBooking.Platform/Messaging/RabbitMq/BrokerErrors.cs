using MassTransit;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace RideBooking.Platform.Messaging.RabbitMq;

/// <summary>Classifies the errors of RabbitMQ, most by the reason for which it closed a channel or a connection.</summary>
/// <remarks>It is the only place that reads the reply codes.</remarks>
public static class BrokerErrors
{
    /// <summary>Returns whether the queue or exchange does not exist.</summary>
    public static bool IsNotFound(ShutdownEventArgs? reason) => reason?.ReplyCode == Constants.NotFound;

    /// <summary>Returns whether the queue or exchange exists with other arguments than those declared.</summary>
    internal static bool IsDeclaredDifferently(ShutdownEventArgs? reason) =>
        reason?.ReplyCode == Constants.PreconditionFailed;

    /// <summary>Returns whether the broker closed the channel because of a message that it never accepts.</summary>
    public static bool IsMessageRefused(ShutdownEventArgs? reason) =>
        reason?.ReplyCode is Constants.PreconditionFailed or Constants.ContentTooLarge;

    /// <summary>Returns whether another connection holds the exclusive queue.</summary>
    internal static bool IsLocked(ShutdownEventArgs? reason) => reason?.ReplyCode == Constants.ResourceLocked;

    /// <summary>Returns whether the broker lacks the plugin for a type of exchange.</summary>
    internal static bool IsUnknownExchangeType(ShutdownEventArgs? reason) =>
        reason?.ReplyCode == Constants.CommandInvalid;

    /// <summary>Returns whether the user has no access, or the virtual host does not exist.</summary>
    internal static bool IsRefused(ShutdownEventArgs? reason) =>
        reason?.ReplyCode is Constants.AccessRefused or Constants.NotAllowed;

    /// <summary>Returns whether there is no connection to the broker.</summary>
    internal static bool IsUnavailable(Exception exception) =>
        exception
            is ConnectionException
                or TransportUnavailableException
                or BrokerUnreachableException
                or AlreadyClosedException;
}
