namespace RideBooking.Console.Api;

/// <summary>What waits outside the queues. A number that could not be read is null.</summary>
internal sealed record Backlog(Outbox Outbox, Timers Timers, IReadOnlyList<RidesInState> Rides);

internal sealed record Outbox(long? Messages, double? OldestSeconds);

internal sealed record Timers(long? Waiting, long? Overdue, double? OldestOverdueSeconds);

internal sealed record RidesInState(string State, long Count, long Stuck);
