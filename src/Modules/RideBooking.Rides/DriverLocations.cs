using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.Platform.Persistence;
using RideBooking.Positions;

namespace RideBooking.Rides;

/// <summary>The last reported location of a driver.</summary>
/// <param name="DriverId">The driver.</param>
/// <param name="Lat">Latitude, degrees.</param>
/// <param name="Lng">Longitude, degrees.</param>
/// <param name="Heading">The direction of the vehicle, degrees clockwise from north, if known.</param>
/// <param name="At">When the report arrived.</param>
internal sealed record DriverLocation(string DriverId, double Lat, double Lng, double? Heading, DateTimeOffset At);

/// <summary>Passes the locations of drivers to the live streams that follow them, at most once a second each.</summary>
/// <remarks>
/// It reads the shared table of positions, so the report may have reached any process. One query a second reads the drivers of
/// up to 500 streams. Nothing is read while no stream follows a driver.
/// </remarks>
internal sealed class DriverLocations(IServiceScopeFactory scopes, TimeProvider clock, ILogger<DriverLocations> logger)
    : BackgroundService
{
    const int AtOnce = 500;

    /// <summary>The minimum time between two locations in a stream.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    readonly Dictionary<string, List<Follower>> _followers = new(StringComparer.Ordinal);
    readonly Lock _changing = new();
    readonly SemaphoreSlim _anyone = new(0, 1);

    /// <summary>Starts following a driver, first with their last known location.</summary>
    public Follower Follow(string driverId)
    {
        var follower = new Follower(this, driverId);
        lock (_changing)
        {
            if (_followers.TryGetValue(driverId, out var others))
                others.Add(follower);
            else
                _followers.Add(driverId, [follower]);
            if (_anyone.CurrentCount == 0)
                _anyone.Release();
        }
        return follower;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await _anyone.WaitAsync(stoppingToken);
            while (Followed() is { Length: > 0 } drivers)
            {
                try
                {
                    foreach (var some in drivers.Chunk(AtOnce))
                        Publish(await Read(some, stoppingToken));
                }
                catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
                {
                    logger.LogWarning(
                        exception,
                        "Drivers' locations could not be read; the next attempt follows in {Interval}",
                        Interval
                    );
                }
                await Task.Delay(Interval, clock, stoppingToken);
            }
        }
    }

    /// <summary>Reads the last known locations of some drivers.</summary>
    internal async Task<List<DriverLocation>> Read(string[] drivers, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope
            .ServiceProvider.GetRequiredService<AppDbContext>()
            .Set<DriverPosition>()
            .AsNoTracking()
            .Where(position => drivers.Contains(position.DriverId))
            .Select(position => new DriverLocation(
                position.DriverId,
                position.Lat,
                position.Lng,
                position.Heading,
                position.At
            ))
            .ToListAsync(cancellationToken);
    }

    string[] Followed()
    {
        lock (_changing)
            return [.. _followers.Keys];
    }

    void Publish(List<DriverLocation> locations)
    {
        lock (_changing)
            foreach (var location in locations)
                if (_followers.TryGetValue(location.DriverId, out var those))
                    foreach (var follower in those)
                        follower.Offer(location);
    }

    void Forget(Follower follower)
    {
        lock (_changing)
            if (_followers.TryGetValue(follower.DriverId, out var those) && those.Remove(follower) && those.Count == 0)
                _followers.Remove(follower.DriverId);
    }

    /// <summary>Follows one driver until it is disposed of.</summary>
    internal sealed class Follower(DriverLocations locations, string driverId) : IDisposable
    {
        // A slow reader gets only the newest location.
        readonly Channel<DriverLocation> _newest = Channel.CreateBounded<DriverLocation>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }
        );
        DriverLocation? _last;

        public string DriverId => driverId;

        /// <summary>Waits for the next location that differs from the last one.</summary>
        public ValueTask<DriverLocation> Next(CancellationToken cancellationToken) =>
            _newest.Reader.ReadAsync(cancellationToken);

        internal void Offer(DriverLocation location)
        {
            if (location == _last)
                return;
            _last = location;
            _newest.Writer.TryWrite(location);
        }

        public void Dispose() => locations.Forget(this);
    }
}
