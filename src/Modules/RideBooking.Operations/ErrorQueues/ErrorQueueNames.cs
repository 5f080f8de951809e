using RideBooking.Platform.Messaging;

namespace RideBooking.Operations.ErrorQueues;

/// <summary>The names of the error and skipped queues of this application's endpoints.</summary>
internal static class ErrorQueueNames
{
    public static IReadOnlyList<string> Of(ReceiveEndpoints endpoints) =>
        [
            .. endpoints.Names.SelectMany(name =>
                new[] { name + ReceiveEndpoints.ErrorSuffix, name + ReceiveEndpoints.SkippedSuffix }
            ),
        ];
}
