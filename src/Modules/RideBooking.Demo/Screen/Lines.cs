using Microsoft.Extensions.Hosting;
using RideBooking.Demo.Watching;

namespace RideBooking.Demo.Screen;

/// <summary>Shows the demo without a terminal, in a pipe or a container: writes one plain line at intervals.</summary>
internal sealed class Lines(ViewSource source, Watch watch, TimeProvider clock, IHostApplicationLifetime lifetime)
    : BackgroundService
{
    static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        var cancellationToken = end.Token;
        try
        {
            await watch.Begun.WaitAsync(cancellationToken);
            Console.WriteLine("The demo is running. Steer it with PUT /api/v1/demo as an operator; see docs/demo.md.");
            while (true)
            {
                await Task.Delay(s_pause, clock, cancellationToken);
                Console.WriteLine(Board.Line(await source.Now(null, ("", null), keys: false, cancellationToken)));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The demo ends.
        }
    }
}
