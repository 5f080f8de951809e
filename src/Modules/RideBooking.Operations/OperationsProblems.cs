using Microsoft.AspNetCore.Http.HttpResults;
using RideBooking.Platform.Http.Problems;

namespace RideBooking.Operations;

/// <summary>The problem codes of failed messages, redrives and audits.</summary>
internal static class OperationsProblems
{
    public const string QueueNotFound = "queue_not_found";
    public const string FailedMessageNotFound = "failed_message_not_found";
    public const string RedriveNotFound = "redrive_not_found";
    public const string AuditNotFound = "audit_not_found";

    public static ProblemHttpResult NoSuchQueue() =>
        Problem.NotFound("No endpoint has an error or skipped queue with this name.", QueueNotFound);

    public static ProblemHttpResult NoSuchAudit() => Problem.NotFound("The audit does not exist.", AuditNotFound);
}
