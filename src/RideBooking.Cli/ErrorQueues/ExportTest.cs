using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.ErrorQueues;

/// <summary><c>error-queues export-test</c>: writes a failed message and its saga as a test for the saga lab.</summary>
internal static class ExportTest
{
    public static Command Make(Terminal terminal, HostOptions host)
    {
        var id = Targets.One();
        var command = new Command(
            "export-test",
            "Write a failed message and its saga, as it is now, as a C# test for the saga lab."
        )
        {
            id,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var response = await api.Get(
                    $"operations/failed-messages/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}/test",
                    cancellationToken
                );
                if (host.Json(parsed))
                    terminal.WriteLine(response.Indented());
                else
                {
                    var test = response.As<ExportedTestResponse>();
                    terminal.WriteLine(test.Source.TrimEnd());
                    terminal.WriteNote($"Save it as {test.FileName} in the project tests/RideBooking.Tests.");
                }
                return ExitCode.Done;
            }
        );
        return command;
    }
}
