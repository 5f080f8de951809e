using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Subscriptions;

/// <summary><c>subscriptions list</c>: lists the subscriptions with their lag.</summary>
internal static class ListSubscriptions
{
    public static Command Make(Terminal terminal, HostOptions host)
    {
        var command = new Command("list", "List the subscriptions, and how far each is behind.");
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var response = await api.Get("operations/subscriptions", cancellationToken);
                if (host.Json(parsed))
                {
                    terminal.WriteLine(response.Indented());
                    return ExitCode.Done;
                }
                var subscriptions = response.As<SubscriptionsResponse>().Items;
                terminal.Table(
                    [
                        new("Subscription", IsKey: true),
                        new("State"),
                        new("Position", IsNumber: true),
                        new("Behind", IsNumber: true),
                        new("Oldest"),
                        new("Parked", IsNumber: true),
                    ],
                    subscriptions.Select(
                        IReadOnlyList<string> (row) =>
                            [
                                row.Name,
                                row.State,
                                $"{row.Position}",
                                $"{row.Lag}",
                                row.Lag == 0 ? "" : Text.Age(row.LagSeconds),
                                $"{row.Parked}",
                            ]
                    )
                );
                foreach (var stopped in subscriptions.Where(row => row.StoppedBecause is not null))
                    terminal.WriteNote($"{stopped.Name} is stopped: {stopped.StoppedBecause}");
                return ExitCode.Done;
            }
        );
        return command;
    }
}
