using System.Text.Json;

namespace RideBooking.Console.Api;

/// <summary>The response to an edit of a failed message.</summary>
internal sealed record Edited(bool Stored, IReadOnlyList<MessageChange> Changes);

/// <summary>A value that an edit changes: at a JSON Pointer, before and after.</summary>
internal sealed record MessageChange(string Pointer, string Kind, JsonElement? Before, JsonElement? After);
