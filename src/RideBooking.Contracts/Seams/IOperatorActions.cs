namespace RideBooking.Contracts.Seams;

/// <summary>Records operators' actions for modules. Operations implements it.</summary>
public interface IOperatorActions
{
    /// <summary>Records an operator's action, before it is carried out.</summary>
    /// <param name="action">One of <see cref="OperatorActionNames"/>.</param>
    /// <param name="rideId">The ride; null if the action concerns none.</param>
    /// <param name="by">The operator.</param>
    /// <param name="reason">The reason; at most <see cref="Reasons.MaxLength"/> characters.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>Its id.</returns>
    Task<Guid> Record(string action, Guid? rideId, string by, string reason, CancellationToken cancellationToken);

    /// <summary>Removes the record of an action that turned out to change nothing: it was refused, or it was a repeat.</summary>
    /// <param name="id">The id that <see cref="Record"/> returned.</param>
    /// <param name="cancellationToken">Cancels the write; the attempt then stays recorded.</param>
    Task Withdraw(Guid id, CancellationToken cancellationToken);
}

/// <summary>
/// The names of operators' actions: the verb of the operator's command and what it was done to. They are stored, in at most 32
/// characters.
/// </summary>
public static class OperatorActionNames
{
    /// <summary>Failed messages were sent to their endpoints again.</summary>
    public const string RedriveMessages = "redrive-messages";

    /// <summary>A redrive was paused.</summary>
    public const string PauseRedrive = "pause-redrive";

    /// <summary>A paused redrive was resumed.</summary>
    public const string ResumeRedrive = "resume-redrive";

    /// <summary>A redrive was cancelled.</summary>
    public const string CancelRedrive = "cancel-redrive";

    /// <summary>The message in a failed message was corrected.</summary>
    public const string EditMessage = "edit-message";

    /// <summary>Failed messages were corrected by a JSON patch or an upcaster.</summary>
    public const string RepairMessages = "repair-messages";

    /// <summary>Failed messages were discarded.</summary>
    public const string DiscardMessages = "discard-messages";

    /// <summary>Discarded messages were made failed messages again.</summary>
    public const string RestoreMessages = "restore-messages";

    /// <summary>The note of a failure was written, changed or deleted.</summary>
    public const string NoteFailure = "note-failure";

    /// <summary>The messages of unfinished work were published again, on the command line.</summary>
    public const string RecoverMessages = "recover-messages";

    /// <summary>A ride was completed for its driver.</summary>
    public const string ForceCompleteRide = "force-complete-ride";

    /// <summary>A ride was cancelled.</summary>
    public const string ForceCancelRide = "force-cancel-ride";

    /// <summary>A ride was taken from its driver, to give it to another.</summary>
    public const string ReassignRide = "reassign-ride";

    /// <summary>A charge was started again.</summary>
    public const string RetryPayment = "retry-payment";

    /// <summary>A balance was written off.</summary>
    public const string WriteOffPayment = "write-off-payment";

    /// <summary>A payment was refunded, in full or in part.</summary>
    public const string RefundPayment = "refund-payment";

    /// <summary>A parked event was handed to its subscription again.</summary>
    public const string RetryEvent = "retry-event";

    /// <summary>A parked event was skipped.</summary>
    public const string SkipEvent = "skip-event";

    /// <summary>A stopped subscription was started.</summary>
    public const string StartSubscription = "start-subscription";

    /// <summary>A replay was started.</summary>
    public const string StartReplay = "start-replay";

    /// <summary>A replay was cancelled.</summary>
    public const string CancelReplay = "cancel-replay";

    /// <summary>An audit was started.</summary>
    public const string StartAudit = "start-audit";

    /// <summary>An audit was cancelled.</summary>
    public const string CancelAudit = "cancel-audit";

    /// <summary>Finished rides were archived before their time.</summary>
    public const string ArchiveRides = "archive-rides";

    /// <summary>An endpoint was paused.</summary>
    public const string PauseEndpoint = "pause-endpoint";

    /// <summary>A paused endpoint was resumed.</summary>
    public const string ResumeEndpoint = "resume-endpoint";

    /// <summary>The notification of an alert, which had been given up, was sent again.</summary>
    public const string RetryAlertNotification = "retry-alert-notification";

    /// <summary>A partner was created, whose webhook gets events.</summary>
    public const string CreatePartner = "create-partner";

    /// <summary>A partner was disabled.</summary>
    public const string DisablePartner = "disable-partner";

    /// <summary>A delivery to a partner or by e-mail was sent again.</summary>
    public const string RedriveDelivery = "redrive-delivery";

    /// <summary>A rider's personal data was made unreadable.</summary>
    public const string ForgetRider = "forget-rider";
}
