using RideBooking.Billing;
using RideBooking.TestKit.Contracts;
using RideBooking.Tests.Payments;

namespace RideBooking.Tests.Billing;

public sealed class CancellationFeeTests
{
    [Theory]
    [InlineData("rider", "requested", null, null, "changed my mind", 0.0, "noDriverAssigned")]
    [InlineData("operator", "requested", null, null, "fraud", 0.0, "noDriverAssigned")]
    [InlineData("rider", "driverAssigned", "driver-1", 0, "changed my mind", 0.0, "withinFreePeriod")]
    [InlineData("rider", "driverAssigned", "driver-1", 120, "changed my mind", 0.0, "withinFreePeriod")]
    [InlineData("rider", "driverAssigned", "driver-1", 121, "changed my mind", 5.0, null)]
    [InlineData("rider", "driverArrived", "driver-1", 10, "changed my mind", 5.0, null)]
    [InlineData("rider", "driverArrived", "driver-1", 10, "noShow", 5.0, null)]
    [InlineData("driver", "driverArrived", "driver-1", 600, "noShow", 7.0, null)]
    [InlineData("driver", "driverArrived", "driver-1", 600, "flat tyre", 0.0, "notCancelledByRider")]
    [InlineData("operator", "driverArrived", "driver-1", 600, "fraud", 0.0, "notCancelledByRider")]
    [InlineData("system", "driverAssigned", "driver-1", 600, "outage", 0.0, "notCancelledByRider")]
    [InlineData("rider", "driverAssigned", "driver-1", null, "changed my mind", 0.0, "withinFreePeriod")]
    public void Is_due_when_the_rider_made_a_driver_come_in_vain(
        string by,
        string stage,
        string? driver,
        int? since,
        string reason,
        double due,
        string? waived
    )
    {
        var fee = CancellationFee.Of(
            new SomeRide().Cancelled with
            {
                By = by,
                Stage = stage,
                DriverId = driver,
                SinceAssignedSeconds = since,
                Reason = reason,
            },
            Tariff.Default
        );
        fee.Amount.ShouldBe(Samples.Euro((decimal)due));
        fee.WaiverReason.ShouldBe(waived);
        fee.Lines.Sum(line => line.Amount.Amount).ShouldBe(fee.Amount.Amount);
    }
}
