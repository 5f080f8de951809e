using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.Demo.Watching;

namespace RideBooking.Demo.People;

/// <summary>Runs all people of the city. Their number is fixed, and each of them does one thing at a time.</summary>
internal sealed class City(
    DemoArguments arguments,
    Api api,
    Pace pace,
    Watch watch,
    TimeProvider clock,
    IHostApplicationLifetime lifetime,
    ILogger<City> logger
) : BackgroundService
{
    static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Everyone leaves as soon as the host starts to stop, because it no longer waits for requests then.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        var cancellationToken = end.Token;
        try
        {
            // Throws, and stops the host, if the host has no address that the demo can use.
            await api.Address(cancellationToken);
            await watch.Begun.WaitAsync(cancellationToken);
            await Task.WhenAll([
                .. Enumerable
                    .Range(0, arguments.Drivers)
                    .Select(number =>
                        Live(
                            Names.Driver(number),
                            new Driver(number, api, pace, clock, arguments.Seed).Live,
                            cancellationToken
                        )
                    ),
                .. Enumerable
                    .Range(0, arguments.Riders)
                    .Select(number =>
                        Live(Names.Rider(number), new Rider(number, api, pace, arguments.Seed).Live, cancellationToken)
                    ),
            ]);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The demo ends.
        }
    }

    async Task Live(string name, Func<CancellationToken, Task> life, CancellationToken cancellationToken)
    {
        while (true)
            try
            {
                await life(cancellationToken);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                logger.LogWarning(
                    exception,
                    "The app of {Name} in the demo failed unexpectedly; it is restarted",
                    name
                );
                await Task.Delay(s_pause, clock, cancellationToken);
            }
    }
}
