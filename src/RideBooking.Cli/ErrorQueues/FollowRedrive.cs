using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using RideBooking.Cli.Api;
using Spectre.Console;

namespace RideBooking.Cli.ErrorQueues;

/// <summary>
/// <c>error-queues follow</c>: shows the progress of a redrive until it ends. The host carries it out, with or without a
/// follower.
/// </summary>
internal static class FollowRedrive
{
    static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(400);

    // A host that restarts continues its redrives.
    static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(1);

    public static Command Make(Terminal terminal, HostOptions host)
    {
        var id = new Argument<Guid>("redrive") { Description = "The redrive's id." };
        var command = new Command("follow", "Show a redrive's progress until it ends.") { id };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var redrive = await api.Get($"operations/redrives/{parsed.GetValue(id)}", cancellationToken);
                return await ToItsEnd(api, terminal, redrive, host.Json(parsed), cancellationToken);
            }
        );
        return command;
    }

    /// <summary>Shows the progress until the redrive ends, then its result.</summary>
    /// <returns>The command's exit code.</returns>
    public static async Task<int> ToItsEnd(
        HostApi api,
        Terminal terminal,
        JsonElement redrive,
        bool json,
        CancellationToken cancellationToken
    )
    {
        var (id, selected) = (redrive.As<RedriveShape>().Id, redrive.As<RedriveShape>().Selected);
        if (!terminal.ShowsProgress)
            terminal.WriteNote($"Redrive {id} of {Text.Count(selected, "message")} started.");
        try
        {
            redrive = terminal.ShowsProgress
                ? await Draw(terminal, redrive, show => Watch(api, redrive, show, cancellationToken))
                : await Watch(api, redrive, _ => { }, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            terminal.WriteNote(
                $"The redrive continues in the host. Follow it with: ridebooking error-queues follow {id}"
            );
            return ExitCode.Interrupted;
        }
        catch (CommandFailedException exception) when (exception.ExitCode == ExitCode.Unreachable)
        {
            throw new CommandFailedException(
                exception.ExitCode,
                $"{exception.Message} The redrive continues when the host is available. Follow it with: ridebooking error-queues follow {id}"
            );
        }
        return Say(terminal, redrive, json);
    }

    static async Task<JsonElement> Watch(
        HostApi api,
        JsonElement redrive,
        Action<RedriveShape> show,
        CancellationToken cancellationToken
    )
    {
        var id = redrive.As<RedriveShape>().Id;
        var lastAnswer = Stopwatch.GetTimestamp();
        while (redrive.As<RedriveShape>() is { Status: "running" } running)
        {
            show(running);
            await Task.Delay(s_pollInterval, cancellationToken);
            try
            {
                redrive = await api.Get($"operations/redrives/{id}", cancellationToken);
                lastAnswer = Stopwatch.GetTimestamp();
            }
            catch (CommandFailedException exception)
                when (exception.ExitCode == ExitCode.Unreachable && Stopwatch.GetElapsedTime(lastAnswer) < s_timeout)
            { }
        }
        show(redrive.As<RedriveShape>());
        return redrive;
    }

    static Task<JsonElement> Draw(
        Terminal terminal,
        JsonElement redrive,
        Func<Action<RedriveShape>, Task<JsonElement>> watch
    ) =>
        terminal
            .ErrorConsole.Progress()
            .Columns(
                new TaskDescriptionColumn(),
                new ProgressBarColumn(),
                new PercentageColumn(),
                new RemainingTimeColumn()
            )
            .StartAsync(drawn =>
            {
                var task = drawn.AddTask("Sending", maxValue: Math.Max(1, redrive.As<RedriveShape>().Selected));
                return watch(now =>
                {
                    task.Description = $"Sent {now.Sent} of {now.Selected}";
                    task.Value = now.Status == "running" ? now.Sent : task.MaxValue;
                });
            });

    static int Say(Terminal terminal, JsonElement answer, bool json)
    {
        var redrive = answer.As<RedriveShape>();
        if (json)
            terminal.WriteLine(answer.Indented());
        else
            terminal.WriteLine(
                $"Redrive {redrive.Id} {redrive.Status}: {Text.Count(redrive.Sent, "message")} sent"
                    + (redrive.NotFound > 0 ? $", {redrive.NotFound} no longer in the queue" : "")
                    + (redrive.Failed > 0 ? $", {redrive.Failed} left in the error queue" : "")
                    + "."
            );
        if (redrive.Status != "completed")
            throw new CommandFailedException(ExitCode.Failed, redrive.Error ?? $"The redrive is {redrive.Status}.");
        return redrive is { Sent: 0, NotFound: > 0 } ? ExitCode.NotFound : ExitCode.Done;
    }
}
