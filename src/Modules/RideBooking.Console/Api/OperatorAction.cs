namespace RideBooking.Console.Api;

internal sealed record OperatorAction(
    Guid Id,
    DateTimeOffset At,
    string By,
    string Action,
    string? Queue,
    string? Fingerprint,
    Guid? RideId,
    string? RiderId,
    string? Subscription,
    long? Position,
    int Count,
    string Reason
);
