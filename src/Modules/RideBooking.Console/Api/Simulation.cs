namespace RideBooking.Console.Api;

/// <summary>What a redrive of a failed message would do now.</summary>
internal sealed record Simulation(
    string Result,
    string Reason,
    string? Consumer,
    SimulatedSaga? Saga,
    IReadOnlyList<SimulatedMessage> Messages,
    IReadOnlyList<SimulatedTimer> Timers,
    Repeat Repeat
);

internal sealed record SimulatedSaga(
    string Type,
    Guid Id,
    bool IsNew,
    string From,
    string To,
    IReadOnlyList<string> Changes
);

internal sealed record SimulatedMessage(string Type, string Kind, string Destination);

internal sealed record SimulatedTimer(string? Type, string Action, DateTimeOffset? Due);

internal sealed record Repeat(bool HasInbox, bool IsOlderThanInbox, bool? IsSafe, string? Because);

internal sealed record ExportedTest(string FileName, string Source);
