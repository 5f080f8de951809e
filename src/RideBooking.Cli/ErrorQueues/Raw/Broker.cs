using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace RideBooking.Cli.ErrorQueues.Raw;

/// <summary>A connection to the broker. Its errors end the command with one line.</summary>
/// <remarks>
/// Messages that a channel has taken and not acknowledged return to their place, in order, when the channel closes. The host
/// classifies the broker's errors in <c>BrokerErrors</c> of RideBooking.Platform. The command line is a tool of its own that
/// references no project of the host, so it maps the reply codes that it can receive to its exit codes here.
/// </remarks>
internal sealed class Broker : IAsyncDisposable
{
    static readonly CreateChannelOptions s_confirmed = new(
        publisherConfirmationsEnabled: true,
        publisherConfirmationTrackingEnabled: true
    );

    readonly IConnection _connection;
    readonly BrokerAddress _address;

    Broker(IConnection connection, BrokerAddress address) => (_connection, _address) = (connection, address);

    public static async Task<Broker> Connect(BrokerAddress address, CancellationToken cancellationToken)
    {
        try
        {
            return new Broker(await address.Connect(cancellationToken), address);
        }
        catch (BrokerUnreachableException exception)
        {
            throw Refused(address, exception);
        }
        catch (OperationInterruptedException exception)
        {
            throw Ended(address, exception, done: "");
        }
    }

    /// <summary>Opens a channel that confirms what it publishes.</summary>
    public Task<IChannel> Open(CancellationToken cancellationToken) =>
        _connection.CreateChannelAsync(s_confirmed, cancellationToken);

    /// <summary>Returns how many messages wait in a queue.</summary>
    /// <exception cref="CommandFailedException">The queue does not exist.</exception>
    public async Task<uint> Count(string queue, CancellationToken cancellationToken)
    {
        uint count = 0;
        if (
            !await Exists(
                async channel => count = await channel.MessageCountAsync(queue, cancellationToken),
                cancellationToken
            )
        )
            throw new CommandFailedException(ExitCode.NotFound, $"The queue {queue} does not exist.");
        return count;
    }

    public Task<bool> HasQueue(string queue, CancellationToken cancellationToken) =>
        Exists(channel => channel.QueueDeclarePassiveAsync(queue, cancellationToken), cancellationToken);

    public Task<bool> HasExchange(string exchange, CancellationToken cancellationToken) =>
        Exists(channel => channel.ExchangeDeclarePassiveAsync(exchange, cancellationToken), cancellationToken);

    /// <summary>Returns whether the broker or the network ended a channel or the connection.</summary>
    /// <remarks>The client also cancels its own requests then.</remarks>
    public static bool IsEnd(Exception exception, CancellationToken cancellationToken) =>
        exception is OperationInterruptedException or IOException
        || exception is OperationCanceledException && !cancellationToken.IsCancellationRequested;

    /// <summary>Says in one line why a channel or the connection ended.</summary>
    public CommandFailedException Explain(Exception exception, string done = "") =>
        Ended(_address, exception as OperationInterruptedException, done);

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    // The broker closes a channel that asks for something that does not exist.
    async Task<bool> Exists(Func<IChannel, Task> ask, CancellationToken cancellationToken)
    {
        try
        {
            await using var channel = await Open(cancellationToken);
            await ask(channel);
            return true;
        }
        catch (OperationInterruptedException exception) when (exception.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return false;
        }
        catch (Exception exception) when (IsEnd(exception, cancellationToken))
        {
            throw Explain(exception);
        }
    }

    static CommandFailedException Ended(BrokerAddress address, OperationInterruptedException? exception, string done) =>
        new(
            exception?.ShutdownReason?.ReplyCode switch
            {
                Constants.NotFound => ExitCode.NotFound,
                Constants.AccessRefused or Constants.NotAllowed => ExitCode.NotAllowed,
                Constants.PreconditionFailed or Constants.ResourceLocked => ExitCode.Failed,
                _ => ExitCode.Unreachable,
            },
            $"{done}{address} ended the work: {exception?.ShutdownReason?.ReplyText ?? "the connection is lost"}"
        );

    static CommandFailedException Refused(BrokerAddress address, BrokerUnreachableException exception)
    {
        var reason = exception.InnerException ?? exception;
        if (reason is AggregateException { InnerExceptions: [var only, ..] })
            reason = only;
        return reason switch
        {
            AuthenticationFailureException or PossibleAuthenticationFailureException => new CommandFailedException(
                ExitCode.NotAllowed,
                $"{address} does not accept the user and the password."
            ),
            _ => new CommandFailedException(ExitCode.Unreachable, $"{address} cannot be reached: {reason.Message}"),
        };
    }
}
