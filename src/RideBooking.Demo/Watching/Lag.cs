using System.Globalization;

namespace RideBooking.Demo.Watching;

/// <summary>The age of messages when their endpoint starts to handle them, over the last samples of the metrics.</summary>
internal sealed class Lag
{
    const string Metric = "ridebooking_endpoint_lag_seconds_bucket";
    const int Looks = 10;

    readonly Queue<Dictionary<(string Endpoint, double Most), double>> _looks = [];

    /// <summary>Adds a sample.</summary>
    public void Add(IEnumerable<Sample> samples)
    {
        _looks.Enqueue(
            samples
                .Where(sample => sample.Name == Metric)
                .ToDictionary(sample => (sample["endpoint"], Bound(sample["le"])), sample => sample.Value)
        );
        if (_looks.Count > Looks)
            _looks.Dequeue();
    }

    /// <summary>
    /// Returns the percentile of the age in seconds over all endpoints, and the endpoint with the oldest messages. It is null
    /// if there were no messages.
    /// </summary>
    public (double Seconds, string Slowest)? Percentile(double percent)
    {
        if (_looks.Count < 2)
            return null;
        var (before, now) = (_looks.Peek(), _looks.Last());
        var counts = now.Select(bucket =>
                (bucket.Key.Endpoint, bucket.Key.Most, Count: bucket.Value - before.GetValueOrDefault(bucket.Key))
            )
            .ToList();
        if (Of(counts.Select(bucket => (bucket.Most, bucket.Count)), percent) is not { } all)
            return null;
        var slowest = counts
            .GroupBy(bucket => bucket.Endpoint)
            .Select(of => (Endpoint: of.Key, Age: Of(of.Select(bucket => (bucket.Most, bucket.Count)), percent)))
            .MaxBy(endpoint => endpoint.Age ?? 0)
            .Endpoint;
        return (all, slowest);
    }

    // The buckets are cumulative. Within a bucket, ages are assumed to be evenly distributed.
    static double? Of(IEnumerable<(double Most, double Count)> buckets, double percent)
    {
        var summed = buckets
            .GroupBy(bucket => bucket.Most, bucket => bucket.Count)
            .Select(same => (Most: same.Key, Count: same.Sum()))
            .OrderBy(bucket => bucket.Most)
            .ToList();
        if (summed.Count == 0 || summed[^1].Count <= 0)
            return null;
        var wanted = summed[^1].Count * percent / 100;
        var (below, least) = (0.0, 0.0);
        foreach (var (most, count) in summed)
        {
            if (count >= wanted)
                return double.IsPositiveInfinity(most)
                    ? least
                    : least + (most - least) * (wanted - below) / (count - below);
            (below, least) = (count, most);
        }
        return least;
    }

    static double Bound(string text) =>
        text == "+Inf" ? double.PositiveInfinity : double.Parse(text, CultureInfo.InvariantCulture);
}
