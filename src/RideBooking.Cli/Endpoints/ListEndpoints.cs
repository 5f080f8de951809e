using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Endpoints;

/// <summary><c>endpoints list</c>: lists the endpoints with what they did in the last minute.</summary>
internal static class ListEndpoints
{
    public static Command Make(Terminal terminal, HostOptions host)
    {
        var command = new Command("list", "List the endpoints, and what they did in the last complete minute.");
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var response = await api.Get("operations/endpoints", cancellationToken);
                if (host.Json(parsed))
                {
                    terminal.WriteLine(response.Indented());
                    return ExitCode.Done;
                }
                var endpoints = response.As<EndpointsResponse>().Items;
                terminal.Table(
                    [
                        new("Endpoint", IsKey: true),
                        new("State"),
                        new("Waiting", IsNumber: true),
                        new("Failed", IsNumber: true),
                        new("Handled/s", IsNumber: true),
                        new("Lag", IsNumber: true),
                        new("Processing", IsNumber: true),
                        new("Critical time", IsNumber: true),
                        new("Failures/s", IsNumber: true),
                        new("Retries/s", IsNumber: true),
                    ],
                    endpoints.Select(
                        IReadOnlyList<string> (row) =>
                            [
                                row.Name,
                                EndpointsCommand.State(row),
                                $"{row.QueueDepth}",
                                $"{row.Failed}",
                                EndpointsCommand.Rate(row.Throughput),
                                EndpointsCommand.Time(row.LagSeconds),
                                EndpointsCommand.Time(row.ProcessingSeconds),
                                EndpointsCommand.Time(row.CriticalTimeSeconds),
                                EndpointsCommand.Rate(row.Failures),
                                EndpointsCommand.Rate(row.Retries),
                            ]
                    )
                );
                foreach (var paused in endpoints.Where(row => row.Pause is not null))
                    terminal.WriteNote($"{paused.Name} is paused: {paused.Pause!.Reason}");
                return ExitCode.Done;
            }
        );
        return command;
    }
}
