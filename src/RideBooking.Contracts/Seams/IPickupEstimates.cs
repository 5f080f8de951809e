namespace RideBooking.Contracts.Seams;

/// <summary>Estimates how long a driver takes to a pickup. Billing implements it, for quotes.</summary>
public interface IPickupEstimates
{
    /// <summary>Returns the estimated time until a driver reaches a place, seconds; a hint.</summary>
    int Seconds(Place pickup);
}
