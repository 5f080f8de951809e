using System.Globalization;

namespace RideBooking.Demo.Watching;

/// <summary>The age of messages when their endpoint starts to handle them, over the last samples of the metrics.</summary>
internal sealed class Lag
{
    const string Metric = "ridebooking_endpoint_lag_seconds_bucket";
    const int MaxSamples = 10;

    readonly Queue<Dictionary<(string Endpoint, double UpperBound), double>> _samples = [];

    /// <summary>Adds a sample.</summary>
    public void Add(IEnumerable<Sample> samples)
    {
        _samples.Enqueue(
            samples
                .Where(sample => sample.Name == Metric)
                .ToDictionary(sample => (sample["endpoint"], Bound(sample["le"])), sample => sample.Value)
        );
        if (_samples.Count > MaxSamples)
            _samples.Dequeue();
    }

    /// <summary>
    /// Returns the percentile of the age in seconds over all endpoints, and the endpoint with the oldest messages. It is null
    /// if there were no messages.
    /// </summary>
    public (double Seconds, string Slowest)? Percentile(double percent)
    {
        if (_samples.Count < 2)
            return null;
        var (before, now) = (_samples.Peek(), _samples.Last());
        var counts = now.Select(bucket =>
                (bucket.Key.Endpoint, bucket.Key.UpperBound, Count: bucket.Value - before.GetValueOrDefault(bucket.Key))
            )
            .ToList();
        if (Of(counts.Select(bucket => (bucket.UpperBound, bucket.Count)), percent) is not { } all)
            return null;
        var slowest = counts
            .GroupBy(bucket => bucket.Endpoint)
            .Select(of => (Endpoint: of.Key, Age: Of(of.Select(bucket => (bucket.UpperBound, bucket.Count)), percent)))
            .MaxBy(endpoint => endpoint.Age ?? 0)
            .Endpoint;
        return (all, slowest);
    }

    // The buckets are cumulative. Within a bucket, ages are assumed to be evenly distributed.
    static double? Of(IEnumerable<(double UpperBound, double Count)> buckets, double percent)
    {
        var summed = buckets
            .GroupBy(bucket => bucket.UpperBound, bucket => bucket.Count)
            .Select(same => (UpperBound: same.Key, Count: same.Sum()))
            .OrderBy(bucket => bucket.UpperBound)
            .ToList();
        if (summed.Count == 0 || summed[^1].Count <= 0)
            return null;
        var wanted = summed[^1].Count * percent / 100;
        var (below, lower) = (0.0, 0.0);
        foreach (var (upper, count) in summed)
        {
            if (count >= wanted)
                return double.IsPositiveInfinity(upper)
                    ? lower
                    : lower + (upper - lower) * (wanted - below) / (count - below);
            (below, lower) = (count, upper);
        }
        return lower;
    }

    static double Bound(string text) =>
        text == "+Inf" ? double.PositiveInfinity : double.Parse(text, CultureInfo.InvariantCulture);
}
