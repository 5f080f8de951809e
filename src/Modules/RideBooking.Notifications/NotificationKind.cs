namespace RideBooking.Notifications;

/// <summary>The kinds of notifications, as the API spells them.</summary>
internal static class NotificationKind
{
    public const string DriverAssigned = "driverAssigned";
    public const string SearchingAgain = "searchingAgain";
    public const string NoDriverFound = "noDriverFound";
    public const string DriverArrived = "driverArrived";
    public const string RideStarted = "rideStarted";
    public const string RideCompleted = "rideCompleted";
    public const string RideCancelled = "rideCancelled";
    public const string FareFinalized = "fareFinalized";
    public const string CancellationFee = "cancellationFee";
    public const string AuthorizationFailed = "authorizationFailed";
    public const string PaymentCaptured = "paymentCaptured";
    public const string PaymentFailed = "paymentFailed";
    public const string PaymentRefunded = "paymentRefunded";
    public const string BalanceOutstanding = "balanceOutstanding";
    public const string BalanceSettled = "balanceSettled";
    public const string BalanceWrittenOff = "balanceWrittenOff";
    public const string ReceiptIssued = "receiptIssued";

    /// <summary>With personal data of a rider: an offer says where the ride goes.</summary>
    public const string RideOffered = "rideOffered";

    /// <summary>With personal data of a rider: it says where the ride goes now.</summary>
    public const string DestinationChanged = "destinationChanged";
    public const string TakenOffDuty = "takenOffDuty";
    public const string RideWithdrawn = "rideWithdrawn";

    public const string RideNeedsAttention = "rideNeedsAttention";
}
