using Spectre.Console;

namespace RideBooking.Cli;

/// <summary>How far work is.</summary>
/// <param name="Text">What to show beside the bar.</param>
/// <param name="Done">What is done of <paramref name="All"/>.</param>
/// <param name="All">All there is to do.</param>
internal sealed record Progress(string Text, double Done, double All);

/// <summary>Draws the progress of work on standard error, if that is a terminal.</summary>
internal static class ProgressBar
{
    /// <summary>Runs work that reports its progress.</summary>
    public static Task<T> Show<T>(Terminal terminal, Progress first, Func<Action<Progress>, Task<T>> work) =>
        terminal.ShowsProgress
            ? terminal
                .ErrorConsole.Progress()
                .Columns(
                    new TaskDescriptionColumn(),
                    new ProgressBarColumn(),
                    new PercentageColumn(),
                    new RemainingTimeColumn()
                )
                .StartAsync(drawn =>
                {
                    var task = drawn.AddTask(first.Text, maxValue: Math.Max(1, first.All));
                    return work(now =>
                    {
                        task.Description = now.Text;
                        task.MaxValue = Math.Max(1, now.All);
                        task.Value = Math.Min(now.Done, task.MaxValue);
                    });
                })
            : work(_ => { });
}
