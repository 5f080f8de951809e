using System.Text.Json;

namespace RideBooking.Platform.Http.Problems;

/// <summary>A value is not a member of its enum. The message lists the valid values.</summary>
internal sealed class UnknownValueException(string message) : JsonException(message);
