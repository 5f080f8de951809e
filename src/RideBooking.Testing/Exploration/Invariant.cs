namespace RideBooking.Testing.Exploration;

/// <summary>What must hold.</summary>
sealed record Invariant(string Name, Func<LabView, bool> Holds);
