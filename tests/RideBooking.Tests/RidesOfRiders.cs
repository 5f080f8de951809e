using RideBooking.Contracts.Seams;

namespace RideBooking.Tests;

/// <summary>Says which rides a rider has, as the test has noted.</summary>
sealed class RidesOfRiders : Dictionary<string, IReadOnlyList<Guid>>, IRidesOfRider
{
    public Task<IReadOnlyList<Guid>> List(string riderId, CancellationToken cancellationToken) =>
        Task.FromResult(this.GetValueOrDefault(riderId, []));
}
