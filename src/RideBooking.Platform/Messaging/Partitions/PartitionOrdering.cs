using System.Runtime.CompilerServices;
using MassTransit;
using MassTransit.RabbitMqTransport;
using RabbitMQ.Client;

namespace RideBooking.Platform.Messaging.Partitions;

/// <summary>
/// Handles a partition's messages in parallel, but those with the same routing key one after the other, in the queue's order.
/// </summary>
/// <remarks>
/// The queue delivers in order, but threads take up the deliveries in any order. The delivery number therefore decides each
/// message's place in line.
/// </remarks>
internal sealed class PartitionOrdering(PartitionChannels channels) : IFilter<ReceiveContext>
{
    readonly KeyedQueue<string> _queue = new();
    readonly ConditionalWeakTable<IChannel, Entrance> _entrances = [];

    public async Task Send(ReceiveContext context, IPipe<ReceiveContext> next)
    {
        var delivery = context.GetPayload<RabbitMqBasicConsumeContext>();
        var channel = context.GetPayload<ChannelContext>().Channel;
        channels.InUse(context.InputAddress, channel);
        var entrance = _entrances.GetValue(channel, _ => new Entrance(_queue));
        var ticket = await entrance.Enter(delivery.DeliveryTag, delivery.RoutingKey ?? "");
        await ticket.Run(() => next.Send(context), context.CancellationToken);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("partitionOrdering");

    /// <summary>Enqueues the deliveries of one channel, which are numbered from 1, in the order of their numbers.</summary>
    internal sealed class Entrance(KeyedQueue<string> queue)
    {
        readonly Lock _lock = new();
        readonly Dictionary<ulong, (string Key, TaskCompletionSource<KeyedQueue<string>.Ticket> Entered)> _early = [];
        ulong _next = 1;

        /// <summary>Returns a ticket behind all deliveries with lower numbers.</summary>
        public Task<KeyedQueue<string>.Ticket> Enter(ulong number, string key)
        {
            var entered = new TaskCompletionSource<KeyedQueue<string>.Ticket>(
                TaskCreationOptions.RunContinuationsAsynchronously
            );
            lock (_lock)
            {
                _early[number] = (key, entered);
                while (_early.Remove(_next, out var now))
                {
                    now.Entered.SetResult(queue.Enqueue(now.Key));
                    _next++;
                }
            }
            return entered.Task;
        }
    }
}
