namespace RideBooking.Platform.Http.Requests;

/// <summary>One page of a list.</summary>
/// <param name="Items">At most the requested number of items.</param>
/// <param name="NextCursor">Pass it as <c>cursor</c> to read on; null at the end.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);
