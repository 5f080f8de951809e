using Microsoft.Extensions.Hosting;
using Spectre.Console;

namespace RideBooking.Demo.Screen;

/// <summary>
/// Shows the demo on a terminal: one screen, redrawn several times a second. The terminal is restored when the demo ends.
/// </summary>
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
        var cancellationToken = end.Token;
        try
        {
            // Until then, the terminal shows how the host starts and what it waits for.
            await Refresh(cancellationToken);
            keyboard.Listen(cancellationToken);
            behind.Hide();
            await Task.Run(
                () => behind.Screen.AlternateScreen(() => Show(cancellationToken).GetAwaiter().GetResult()),
                cancellationToken
            );
            var view = await Refresh(CancellationToken.None);
            behind.Say(Board.Line(view));
            behind.Say($"The demo ends; the host finishes the messages in flight. Its log: {behind.FileName}");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The demo ends before it started.
        }
    }

    Task Show(CancellationToken cancellationToken) =>
        behind
            .Screen.Live(new Text(""))
            .AutoClear(true)
            .StartAsync(async live =>
            {
                var (width, height) = (0, 0);
                while (!cancellationToken.IsCancellationRequested)
                {
                    var profile = behind.Screen.Profile;
                    if ((width, height) != (profile.Width, profile.Height))
                        behind.Screen.Clear();
                    (width, height) = (profile.Width, profile.Height);
                    live.UpdateTarget(Board.Draw(await Refresh(CancellationToken.None), width, height));
                    await Task.Delay(s_frame, clock, cancellationToken)
                        .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            });

    Task<View> Refresh(CancellationToken cancellationToken) =>
        source.Now(keyboard.StatusMessage, (behind.FileName, behind.LastLine), keyboard.Works, cancellationToken);
}
