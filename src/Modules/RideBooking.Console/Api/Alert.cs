using System.Text.Json.Serialization;

namespace RideBooking.Console.Api;

internal sealed record Alert(
    Guid Id,
    [property: JsonPropertyName("alert")] string Name,
    string? Subject,
    string Status,
    DateTimeOffset Since,
    DateTimeOffset? EndedAt,
    string Text,
    string Page
);

internal sealed record AlertNotification(
    Guid Id,
    string Alert,
    string? Subject,
    string Event,
    string Text,
    string Status,
    DateTimeOffset CreatedAt,
    int Attempts,
    string? LastError
);
