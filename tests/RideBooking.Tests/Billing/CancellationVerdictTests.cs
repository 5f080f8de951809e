using RideBooking.Billing;
using RideBooking.Tests.Payments;

namespace RideBooking.Tests.Billing;

/// <summary>Who cancels, when, and whose fault it is decide whether a cancellation is charged.</summary>
public sealed class CancellationVerdictTests
{
    [Theory]
    // Without a driver.
    [InlineData("rider", "requested", null, null, 240, "changed my mind", "None", "noDriverAssigned")]
    [InlineData("operator", "requested", null, null, 240, "fraud", "None", "noDriverAssigned")]
    [InlineData("rider", "requested", "driver-1", 600, 240, "changed my mind", "None", "noDriverAssigned")]
    // By the rider while the driver comes: the free period includes its last second.
    [InlineData("rider", "driverAssigned", "driver-1", 0, 240, "changed my mind", "None", "withinFreePeriod")]
    [InlineData("rider", "driverAssigned", "driver-1", 120, 240, "changed my mind", "None", "withinFreePeriod")]
    [InlineData("rider", "driverAssigned", "driver-1", 121, 240, "changed my mind", "LateCancellation", null)]
    [InlineData("rider", "driverAssigned", "driver-1", null, 240, "changed my mind", "None", "withinFreePeriod")]
    // The driver is late, or has not moved: five minutes after the estimate it is their fault.
    [InlineData("rider", "driverAssigned", "driver-1", 540, 240, "changed my mind", "LateCancellation", null)]
    [InlineData("rider", "driverAssigned", "driver-1", 541, 240, "changed my mind", "None", "driverLate")]
    [InlineData("rider", "driverAssigned", "driver-1", 9000, null, "changed my mind", "LateCancellation", null)]
    [InlineData("rider", "driverAssigned", "driver-1", 301, 0, "changed my mind", "None", "driverLate")]
    // At the kerb.
    [InlineData("rider", "driverArrived", "driver-1", 10, 240, "changed my mind", "LateCancellation", null)]
    [InlineData("rider", "driverArrived", "driver-1", 9000, 240, "changed my mind", "LateCancellation", null)]
    [InlineData("rider", "driverArrived", "driver-1", 10, 240, "noShow", "LateCancellation", null)]
    [InlineData("driver", "driverArrived", "driver-1", 600, 240, "noShow", "NoShow", null)]
    // Other people's decisions.
    [InlineData("driver", "driverArrived", "driver-1", 600, 240, "flat tyre", "None", "notCancelledByRider")]
    [InlineData("operator", "driverArrived", "driver-1", 600, 240, "fraud", "None", "notCancelledByRider")]
    [InlineData("operator", "inProgress", "driver-1", 600, 240, "fraud", "None", "notCancelledByRider")]
    [InlineData("system", "driverAssigned", "driver-1", 600, 240, "outage", "None", "notCancelledByRider")]
    public void Charges_a_rider_who_made_a_driver_come_in_vain(
        string by,
        string stage,
        string? driver,
        int? since,
        int? eta,
        string reason,
        string charge,
        string? waived
    )
    {
        var verdict = CancellationVerdict.Of(
            new SomeRide().Cancelled with
            {
                By = by,
                Stage = stage,
                DriverId = driver,
                SinceAssignedSeconds = since,
                Reason = reason,
            },
            eta
        );
        (verdict.Charge.ToString(), verdict.WaiverReason).ShouldBe((charge, waived));
    }
}
