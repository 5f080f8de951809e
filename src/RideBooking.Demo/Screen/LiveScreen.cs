using Microsoft.Extensions.Hosting;
using Spectre.Console;

namespace RideBooking.Demo.Screen;

/// <summary>The demo on a terminal: one screen, redrawn some times a second. The terminal is as before when it ends.</summary>
internal sealed class LiveScreen(
    ViewSource source,
    Keyboard keyboard,
    ConsoleBehindScreen behind,
    TimeProvider clock,
    IHostApplicationLifetime lifetime
) : BackgroundService
{
    static readonly TimeSpan s_frame = TimeSpan.FromMilliseconds(250);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        var stop = end.Token;
        try
        {
            // Until then the terminal shows how the host starts, and what it waits for.
            await Look(stop);
            keyboard.Listen(stop);
            behind.Hide();
            await Task.Run(() => behind.Screen.AlternateScreen(() => Show(stop).GetAwaiter().GetResult()), stop);
            var view = await Look(CancellationToken.None);
            behind.Say(Board.Line(view));
            behind.Say($"The city goes to sleep; the host finishes what it holds. Its log: {behind.FileName}");
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The end of the demo, before it began.
        }
    }

    Task Show(CancellationToken stop) =>
        behind
            .Screen.Live(new Text(""))
            .AutoClear(true)
            .StartAsync(async live =>
            {
                var (width, height) = (0, 0);
                while (!stop.IsCancellationRequested)
                {
                    var profile = behind.Screen.Profile;
                    if ((width, height) != (profile.Width, profile.Height))
                        behind.Screen.Clear();
                    (width, height) = (profile.Width, profile.Height);
                    live.UpdateTarget(Board.Draw(await Look(CancellationToken.None), width, height));
                    await Task.Delay(s_frame, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            });

    Task<View> Look(CancellationToken stop) =>
        source.Now(keyboard.Notice, (behind.FileName, behind.LastLine), keyboard.Works, stop);
}
