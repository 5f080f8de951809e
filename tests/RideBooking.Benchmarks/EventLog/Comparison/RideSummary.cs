using RideBooking.Contracts;
using RideBooking.EventLog.Subscriptions;
using RideBooking.TestKit.EventLog;

namespace RideBooking.Benchmarks.EventLog.Comparison;

/// <summary>A row per ride: the projection of a single stream.</summary>
public sealed class RideSummary : IProjectedRow
{
    public static string Projection => "ride-summaries";

    public int Generation { get; set; }

    public Guid Id { get; set; }

    public string? RiderId { get; set; }

    public string? DriverId { get; set; }

    public DateTimeOffset? RequestedAt { get; set; }

    public DateTimeOffset? ArrivedAt { get; set; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? CompletedAt { get; set; }

    public decimal? Captured { get; set; }

    public int Events { get; set; }

    public void Record(object happened)
    {
        Events++;
        switch (happened)
        {
            case RideRequested it:
                (RiderId, RequestedAt) = (it.RiderId, it.At);
                break;
            case DriverAssigned it:
                DriverId = it.DriverId;
                break;
            case DriverArrived it:
                ArrivedAt = it.At;
                break;
            case RideStarted it:
                StartedAt = it.At;
                break;
            case RideCompleted it:
                CompletedAt = it.At;
                break;
            case PaymentCaptured it:
                Captured = it.Amount.Amount;
                break;
        }
    }
}

/// <summary>A row per driver: counts over many streams.</summary>
public sealed class DriverCounts : IProjectedRow
{
    public static string Projection => "driver-counts";

    public int Generation { get; set; }

    public string Id { get; set; } = "";

    public int Offered { get; set; }

    public int Declined { get; set; }

    public int Assigned { get; set; }

    public int Arrived { get; set; }

    public int Started { get; set; }

    public int Completed { get; set; }

    public void Record(object happened)
    {
        switch (happened)
        {
            case DriverOffered:
                Offered++;
                break;
            case OfferDeclined:
                Declined++;
                break;
            case DriverAssigned:
                Assigned++;
                break;
            case DriverArrived:
                Arrived++;
                break;
            case RideStarted:
                Started++;
                break;
            case RideCompleted:
                Completed++;
                break;
        }
    }

    /// <summary>The number of events in the counts.</summary>
    public int Total => Offered + Declined + Assigned + Arrived + Started + Completed;
}

/// <summary>A ride at a version: both event stores fold it with the function of the API.</summary>
public sealed class RideAtVersion
{
    public Guid Id { get; set; }

    internal FoldedRide State { get; } = new();
}
