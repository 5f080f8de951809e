namespace RideBooking.Testing.Exploration;

/// <summary>A condition that must hold.</summary>
sealed record Invariant(string Name, Func<LabView, bool> Holds);
