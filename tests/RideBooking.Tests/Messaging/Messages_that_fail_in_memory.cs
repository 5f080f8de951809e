namespace RideBooking.Tests.Messaging;

/// <summary>In memory, on SQLite.</summary>
public sealed class Messages_that_fail_in_memory : FaultCases;
