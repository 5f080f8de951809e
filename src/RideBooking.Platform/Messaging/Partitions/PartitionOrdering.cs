using System.Runtime.CompilerServices;
using MassTransit;
using MassTransit.RabbitMqTransport;
using RabbitMQ.Client;

namespace RideBooking.Platform.Messaging.Partitions;

/// <summary>
/// Handles what comes from a partition side by side, but one after the other, in the queue's order, where the routing key is
/// the same. What the queue delivers in order, threads take up in any: so messages stand in line by their delivery's number.
/// </summary>
internal sealed class PartitionOrdering(PartitionChannels channels) : IFilter<ReceiveContext>
{
    readonly KeyedQueue<string> _turns = new();
    readonly ConditionalWeakTable<IChannel, Entrance> _entrances = [];

    public async Task Send(ReceiveContext context, IPipe<ReceiveContext> next)
    {
        var delivery = context.GetPayload<RabbitMqBasicConsumeContext>();
        var channel = context.GetPayload<ChannelContext>().Channel;
        channels.InUse(context.InputAddress, channel);
        var entrance = _entrances.GetValue(channel, _ => new Entrance(_turns));
        var turn = await entrance.Enter(delivery.DeliveryTag, delivery.RoutingKey ?? "");
        await turn.Run(() => next.Send(context), context.CancellationToken);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("partitionTurns");

    /// <summary>Lets the deliveries of one channel, which are numbered from 1, into line one after the other.</summary>
    internal sealed class Entrance(KeyedQueue<string> turns)
    {
        readonly Lock _lock = new();
        readonly Dictionary<ulong, (string Key, TaskCompletionSource<KeyedQueue<string>.Ticket> Entered)> _early = [];
        ulong _next = 1;

        /// <summary>Returns a place in line behind all deliveries with lower numbers.</summary>
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
                    now.Entered.SetResult(turns.Enqueue(now.Key));
                    _next++;
                }
            }
            return entered.Task;
        }
    }
}
