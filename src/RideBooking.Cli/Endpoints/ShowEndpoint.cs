using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Endpoints;

/// <summary><c>endpoints show</c>: shows an endpoint with its last hour.</summary>
internal static class ShowEndpoint
{
    public static Command Make(Terminal terminal, HostOptions host)
    {
        var name = EndpointsCommand.Name();
        var command = new Command("show", "Show an endpoint, and what it did in each minute of the last hour.")
        {
            name,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var response = await api.Get(EndpointsCommand.Path(parsed.GetValue(name)!), cancellationToken);
                if (host.Json(parsed))
                {
                    terminal.WriteLine(response.Indented());
                    return ExitCode.Done;
                }
                var endpoint = response.As<EndpointResponse>();
                terminal.WriteNote(
                    endpoint.Pause is { } pause
                        ? $"{endpoint.Name} is {EndpointsCommand.State(endpoint)} since {Text.Instant(pause.At)}"
                            + (pause.By is { } by ? $" by {by}" : "")
                            + $": {pause.Reason}"
                        : $"{endpoint.Name} is consuming."
                );
                terminal.WriteNote(
                    $"{Text.Count(endpoint.Failed, "failed message")}; "
                        + (
                            endpoint.QueueDepth is { } waiting
                                ? $"{Text.Count(waiting, "message")} in the queue."
                                : "how many wait in the queue is not known."
                        )
                );
                // Minutes in which nothing happened are left out.
                terminal.Table(
                    [
                        new("Minute", IsKey: true),
                        new("Waiting", IsNumber: true),
                        new("Handled/s", IsNumber: true),
                        new("Lag", IsNumber: true),
                        new("Processing", IsNumber: true),
                        new("Critical time", IsNumber: true),
                        new("Failures/s", IsNumber: true),
                        new("Retries/s", IsNumber: true),
                    ],
                    endpoint
                        .History.Where(row => row.QueueDepth > 0 || row.Throughput + row.Failures + row.Retries > 0)
                        .Select(
                            IReadOnlyList<string> (row) =>
                                [
                                    Text.Instant(row.At),
                                    $"{row.QueueDepth}",
                                    EndpointsCommand.Rate(row.Throughput),
                                    EndpointsCommand.Time(row.LagSeconds),
                                    EndpointsCommand.Time(row.ProcessingSeconds),
                                    EndpointsCommand.Time(row.CriticalTimeSeconds),
                                    EndpointsCommand.Rate(row.Failures),
                                    EndpointsCommand.Rate(row.Retries),
                                ]
                        )
                );
                return ExitCode.Done;
            }
        );
        return command;
    }
}
