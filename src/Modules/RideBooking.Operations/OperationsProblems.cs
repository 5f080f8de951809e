using Microsoft.AspNetCore.Http.HttpResults;
using RideBooking.Platform.Http.Problems;

namespace RideBooking.Operations;

/// <summary>The problem codes of failed messages, redrives, subscriptions, replays, archives, audits, endpoints, alerts and forgotten riders.</summary>
internal static class OperationsProblems
{
    public const string QueueNotFound = "queue_not_found";
    public const string QueueNotConsumed = "queue_not_consumed";
    public const string FailedMessageNotFound = "failed_message_not_found";
    public const string FailureNotFound = "failure_not_found";
    public const string MessageNotFailed = "message_not_failed";
    public const string MessageNotJson = "message_not_json";
    public const string MessageTypeUnknown = "message_type_unknown";
    public const string MessageInvalid = "message_invalid";
    public const string MessageChanged = "message_changed";
    public const string IdentityChanged = "identity_changed";
    public const string PatchNotApplicable = "patch_not_applicable";
    public const string TestNotExportable = "test_not_exportable";
    public const string RedriveNotFound = "redrive_not_found";
    public const string RedriveEnded = "redrive_ended";
    public const string SubscriptionNotFound = "subscription_not_found";
    public const string ParkedEventNotFound = "parked_event_not_found";
    public const string ReplayNotFound = "replay_not_found";
    public const string ReplayRunning = "replay_running";
    public const string ReplayCompleted = "replay_completed";
    public const string RiderNotFound = "rider_not_found";
    public const string RiderHasOpenRide = "rider_has_open_ride";
    public const string RiderOwes = "rider_owes";
    public const string ArchivingOff = "archiving_off";
    public const string AuditNotFound = "audit_not_found";
    public const string EndpointNotFound = "endpoint_not_found";
    public const string NotificationNotFound = "notification_not_found";
    public const string NotificationOutdated = "notification_outdated";
    public const string WebhookOff = "webhook_off";

    public static ProblemHttpResult NoSuchQueue() =>
        Problem.NotFound("No endpoint has an error or skipped queue with this name.", QueueNotFound);

    public static ProblemHttpResult NoSuchFailedMessage() =>
        Problem.NotFound("The failed message does not exist.", FailedMessageNotFound);

    public static ProblemHttpResult NoSuchFailure() =>
        Problem.NotFound("No message has failed with this fingerprint.", FailureNotFound);

    public static ProblemHttpResult NoSuchRedrive() => Problem.NotFound("The redrive does not exist.", RedriveNotFound);

    public static ProblemHttpResult NoSuchSubscription() =>
        Problem.NotFound("No subscription has this name.", SubscriptionNotFound);

    public static ProblemHttpResult NoSuchParkedEvent() =>
        Problem.NotFound("The subscription has no parked event at this position.", ParkedEventNotFound);

    public static ProblemHttpResult NoSuchReplay() => Problem.NotFound("The replay does not exist.", ReplayNotFound);

    public static ProblemHttpResult NoSuchRider() =>
        Problem.NotFound(
            "There is no ride, payment method or event of a rider with this id. If you forget the id, its rider can never use "
                + "the service. If you are sure, set evenIfUnknown.",
            RiderNotFound
        );

    public static ProblemHttpResult NoSuchEndpoint() =>
        Problem.NotFound("No endpoint has this name.", EndpointNotFound);

    public static ProblemHttpResult NoSuchNotification() =>
        Problem.NotFound("The notification does not exist.", NotificationNotFound);

    public static ProblemHttpResult NoSuchAudit() => Problem.NotFound("The audit does not exist.", AuditNotFound);
}
