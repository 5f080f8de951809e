using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.ErrorQueues;

/// <summary><c>error-queues simulate</c>: shows what a redrive of one message would do now, without doing it.</summary>
internal static class Simulate
{
    public static Command Make(Terminal terminal, HostOptions host)
    {
        var id = Targets.One();
        var command = new Command(
            "simulate",
            "Show what a redrive of a failed message would do now. Nothing is sent, and nothing is changed."
        )
        {
            id,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var response = await api.Post(
                    $"operations/failed-messages/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}/simulate",
                    new { },
                    cancellationToken
                );
                if (host.Json(parsed))
                    terminal.WriteLine(response.Indented());
                else
                    Write(terminal, response.As<SimulationResponse>());
                return ExitCode.Done;
            }
        );
        return command;
    }

    static void Write(Terminal terminal, SimulationResponse simulation)
    {
        Fact("Message", $"{simulation.MessageType ?? "(unknown type)"} {simulation.MessageId}");
        Fact("Result", simulation.Result);
        Fact("Reason", simulation.Reason);
        Fact("Endpoint", $"{simulation.Endpoint}{(simulation.Consumer is { } name ? $" ({name})" : "")}");
        if (simulation.Saga is { } saga)
        {
            Fact("Saga", $"{saga.Type} {saga.Id}{(saga.IsNew ? ", new" : "")}");
            Fact("State", saga.From == saga.To ? saga.From : $"{saga.From} -> {saga.To}");
            if (saga.Changes.Count > 0)
                Fact("Changes", string.Join(", ", saga.Changes));
        }
        foreach (var message in simulation.Messages)
            Fact(message.Kind == "sent" ? "Sends" : "Publishes", $"{message.Type} to {message.Destination}");
        foreach (var timer in simulation.Timers)
            Fact(
                timer.Due is null ? "Cancels" : "Sets timer",
                $"{timer.Type ?? "a timer"}{(timer.Due is { } due ? $" at {Text.Instant(due)}" : "")}"
            );
        if (simulation.Exception is { } exception)
        {
            Fact("Exception", $"{exception.Type}: {exception.Message}");
            Fact("Retries", exception.IsPermanent ? "none: no retry can succeed" : "all");
        }
        if (simulation.Repeat is { IsSafe: { } isSafe } repeat)
        {
            Fact(
                "Inbox",
                !repeat.HasInbox ? "none"
                    : repeat.IsOlderThanInbox ? "the message is so old that the inbox may have forgotten it"
                    : "knows every message that was handled"
            );
            Fact("Repeat", isSafe ? $"safe. {repeat.Because}" : "not safe: it may have its effects a second time");
        }

        void Fact(string name, string value) => terminal.WriteLine($"{name + ":", -13}{value}");
    }
}
