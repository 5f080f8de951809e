using System.Globalization;
using MassTransit;

namespace RideBooking.Platform.Messaging.Partitions;

/// <summary>Names the queues among which an endpoint's messages are divided: the endpoint's name and a number.</summary>
/// <remarks>Failed and skipped messages of all partitions go to the endpoint's one error or skipped queue.</remarks>
internal sealed class PartitionNames : IErrorQueueNameFormatter, IDeadLetterQueueNameFormatter
{
    /// <summary>Returns the endpoint's queues; a single one with the endpoint's name where it is not partitioned.</summary>
    public static IReadOnlyList<string> QueuesOf(string endpoint, int partitions) =>
        partitions == 0 ? [endpoint] : [.. Enumerable.Range(1, partitions).Select(number => Queue(endpoint, number))];

    /// <summary>Returns the name of a partition, counted from 1.</summary>
    public static string Queue(string endpoint, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{endpoint}-{number}");

    public string FormatErrorQueueName(string queueName) => Endpoint(queueName) + ReceiveEndpoints.ErrorSuffix;

    public string FormatDeadLetterQueueName(string queueName) => Endpoint(queueName) + ReceiveEndpoints.SkippedSuffix;

    static string Endpoint(string queue) => queue.TrimEnd([.. "0123456789"]) is [.. var name, '-'] ? name : queue;
}
