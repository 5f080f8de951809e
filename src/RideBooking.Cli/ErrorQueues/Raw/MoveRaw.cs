using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.ErrorQueues.Raw;

/// <summary>
/// <c>error-queues raw move</c>: moves the oldest messages of one of the broker's queues to another, at least once each.
/// </summary>
/// <remarks>
/// A message leaves its queue after the broker has confirmed the copy. If this program or the connection dies in between, that one
/// message is in both queues, and no message is lost.
/// </remarks>
internal static class MoveRaw
{
    public static Command Make(Terminal terminal, HostOptions host, BrokerOptions broker)
    {
        var queue = new Argument<string>("queue") { Description = "The queue whose oldest messages are moved." };
        var to = new Option<string>("--to")
        {
            Description =
                "The queue to which they go, unchanged. Default: the endpoint in which they failed, without the description of the failure.",
            HelpName = "queue",
        };
        var limit = Options.OptionalNumber("--limit", "Maximum number of messages.", 1, int.MaxValue);
        limit.Required = true;
        var yes = Options.Yes();
        var command = new Command(
            "move",
            "Move the oldest messages of a queue back to the endpoint in which they failed, or to another queue. A message leaves its queue after the broker has confirmed it in the other."
        )
        {
            queue,
            to,
            limit,
            yes,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var from = parsed.GetValue(queue)!;
                var target = parsed.GetValue(to) is { } named
                    ? new Target(named, IsEndpoint: false)
                    : new Target(
                        QueueNames.EndpointOf(from)
                            ?? throw new CommandFailedException(
                                ExitCode.Usage,
                                $"{from} is not the error or skipped queue of an endpoint. Give the queue to move to with --to."
                            ),
                        IsEndpoint: true
                    );
                if (target.Name == from)
                    throw new CommandFailedException(ExitCode.Usage, "The two queues are the same.");
                await using var connected = await broker.Connect(parsed, cancellationToken);
                var waiting = await connected.Count(from, cancellationToken);
                var exchange = await ExchangeTo(connected, target, cancellationToken);
                // Not those that fail meanwhile: a message that fails again returns to this queue.
                var count = (int)Math.Min(waiting, parsed.GetValue(limit)!.Value);
                if (count > 0 && !parsed.GetValue(yes))
                    await terminal.Confirm(
                        $"Move the oldest {count} of {Text.Count(waiting, "message")} from {from} to {target.Name}?",
                        cancellationToken
                    );
                var moved = await Move(connected, terminal, from, target, exchange, count, cancellationToken);
                terminal.WriteLine(
                    host.Json(parsed)
                        ? JsonSerializer.Serialize(
                            new
                            {
                                queue = from,
                                to = target.Name,
                                moved,
                                left = await connected.Count(from, CancellationToken.None),
                            },
                            Responses.Json
                        )
                        : $"{Text.Count(moved, "message")} moved from {from} to {target.Name}."
                );
                return ExitCode.Done;
            }
        );
        return command;
    }

    // Where an endpoint's messages are partitioned, no queue has its name, and its exchange routes them to the right queue.
    static async Task<string> ExchangeTo(Broker broker, Target target, CancellationToken cancellationToken) =>
        await broker.HasQueue(target.Name, cancellationToken) ? ""
        : target.IsEndpoint && await broker.HasExchange(target.Name, cancellationToken) ? target.Name
        : throw new CommandFailedException(
            ExitCode.NotFound,
            $"The queue {target.Name} does not exist. Nothing was moved."
        );

    static async Task<int> Move(
        Broker broker,
        Terminal terminal,
        string from,
        Target target,
        string exchange,
        int count,
        CancellationToken cancellationToken
    )
    {
        var moved = 0;
        // From the publication until the broker's next answer after the acknowledgement.
        var isInDoubt = false;
        try
        {
            return await ProgressBar.Show(terminal, new Progress("Moving", 0, count), Work);
        }
        catch (PublishException exception)
        {
            // The channel's end has returned the message to its place.
            throw new CommandFailedException(
                ExitCode.Failed,
                $"{Moved()} {target.Name} did not take the next one{(exception.IsReturn ? ": there is no such queue any more" : "")}. It stays in {from}."
            );
        }
        catch (Exception exception) when (Broker.IsEnd(exception, cancellationToken))
        {
            throw broker.Explain(exception, $"{Moved()} {DuplicateWarning()}");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            terminal.WriteNote($"{Moved()} {DuplicateWarning()}".TrimEnd());
            throw;
        }

        async Task<int> Work(Action<Progress> show)
        {
            await using var channel = await broker.Open(cancellationToken);
            while (moved < count)
            {
                cancellationToken.ThrowIfCancellationRequested();
                // Others may have taken the rest.
                var next = await channel.BasicGetAsync(from, autoAck: false, CancellationToken.None);
                isInDoubt = false;
                if (next is not { } taken)
                    break;
                var (key, properties, body) = target.IsEndpoint
                    ? Redriven(target, exchange, taken)
                    : Unchanged(target, taken);
                isInDoubt = true;
                // Returns when the broker has confirmed the message.
                await channel.BasicPublishAsync(exchange, key, mandatory: true, properties, body, cancellationToken);
                await channel.BasicAckAsync(taken.DeliveryTag, multiple: false, CancellationToken.None);
                moved++;
                show(new Progress($"Moved {moved} of {count}", moved, count));
            }
            // The broker answers after it has carried out the last acknowledgement.
            await channel.CloseAsync(CancellationToken.None);
            isInDoubt = false;
            return moved;
        }

        string Moved() => $"{Text.Count(moved, "message")} of {count} moved from {from} to {target.Name}.";

        string DuplicateWarning() => isInDoubt ? "The last message that was sent may be in both queues. " : "";
    }

    static (string Key, BasicProperties Properties, ReadOnlyMemory<byte> Body) Unchanged(
        Target target,
        BasicGetResult taken
    ) => (target.Name, Copy(taken.BasicProperties), taken.Body);

    // As the host does it when it redrives a message: with all retries again.
    static (string Key, BasicProperties Properties, ReadOnlyMemory<byte> Body) Redriven(
        Target target,
        string exchange,
        BasicGetResult taken
    )
    {
        var properties = Copy(taken.BasicProperties);
        properties.Headers = (properties.Headers ?? new Dictionary<string, object?>())
            .Where(header => !FailureHeaders.Contains(header.Key))
            .Append(
                new(FailureHeaders.Due, TimeProvider.System.GetUtcNow().ToString("O", CultureInfo.InvariantCulture))
            )
            .ToDictionary(header => header.Key, header => header.Value);
        var body = taken.Body.ToArray();
        var key =
            exchange == "" ? target.Name : RawMessage.RideOf(RawMessage.Parse(body))?.ToString() ?? taken.RoutingKey;
        return (key, properties, RawMessage.WithoutRedeliveryCount(body));
    }

    static BasicProperties Copy(IReadOnlyBasicProperties taken)
    {
        var properties = new BasicProperties(taken) { Persistent = true };
        // The broker accepts it only from the user that it names.
        properties.ClearUserId();
        // A message that expires is lost.
        properties.ClearExpiration();
        return properties;
    }

    /// <param name="Name">The queue, or the endpoint.</param>
    /// <param name="IsEndpoint">Whether it is the endpoint in which the messages failed.</param>
    sealed record Target(string Name, bool IsEndpoint);
}
