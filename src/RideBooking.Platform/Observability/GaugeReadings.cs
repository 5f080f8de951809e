namespace RideBooking.Platform.Observability;

/// <summary>The gauges as this host polled them last, which is at most <c>Metrics:Interval</c> ago in a healthy system.</summary>
public sealed class GaugeReadings
{
    readonly PolledGauges _gauges;

    internal GaugeReadings(PolledGauges gauges) => _gauges = gauges;

    /// <summary>Returns the value of a gauge without a label; null if its last poll failed.</summary>
    /// <param name="gauge">The gauge's name, as its source declares it.</param>
    public double? Value(string gauge) =>
        _gauges.Last(gauge).Select(reading => (double?)reading.Value).FirstOrDefault();

    /// <summary>Returns the values of a gauge by its label; empty if its last poll failed.</summary>
    /// <param name="gauge">The gauge's name, as its source declares it.</param>
    public IReadOnlyDictionary<string, double> Values(string gauge) =>
        _gauges.Last(gauge).ToDictionary(reading => reading.Label ?? "", reading => reading.Value);
}
