namespace RideBooking.Console.Api;

/// <summary>One page of a list. The cursor of the next page is null at the end.</summary>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);
