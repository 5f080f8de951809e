namespace RideBooking.Console.Api;

internal sealed record Redrive(
    Guid Id,
    string Status,
    int Selected,
    int Sent,
    int NotFound,
    int Failed,
    string Reason,
    string RequestedBy,
    DateTimeOffset RequestedAt,
    DateTimeOffset? FinishedAt,
    string? Error
)
{
    public bool IsOpen => Status is "running" or "paused";

    public double Percent => Selected == 0 ? 100 : 100.0 * (Sent + NotFound + Failed) / Selected;
}
