namespace RideBooking.Drivers;

/// <summary>The current shift.</summary>
/// <param name="ShiftId">The shift.</param>
/// <param name="OnlineSince">When it began.</param>
internal sealed record ShiftView(Guid ShiftId, DateTimeOffset OnlineSince);
