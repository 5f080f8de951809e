using System.Globalization;
using MassTransit;

namespace RideBooking.Platform.Messaging.Partitions;

/// <summary>
/// The queues among which an endpoint's messages are divided bear its name and a number. What fails in any of them, or is
/// skipped, lies in the endpoint's one error or skipped queue.
/// </summary>
internal sealed class PartitionNames : IErrorQueueNameFormatter, IDeadLetterQueueNameFormatter
{
    /// <summary>The endpoint's queues; one of its own name where it is not divided.</summary>
    public static IReadOnlyList<string> QueuesOf(string endpoint, int partitions) =>
        partitions == 0 ? [endpoint] : [.. Enumerable.Range(1, partitions).Select(number => Queue(endpoint, number))];

    /// <summary>The name of a partition, counted from 1.</summary>
    public static string Queue(string endpoint, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{endpoint}-{number}");

    public string FormatErrorQueueName(string queueName) => Endpoint(queueName) + ReceiveEndpoints.ErrorSuffix;

    public string FormatDeadLetterQueueName(string queueName) => Endpoint(queueName) + ReceiveEndpoints.SkippedSuffix;

    static string Endpoint(string queue) => queue.TrimEnd([.. "0123456789"]) is [.. var name, '-'] ? name : queue;
}
