using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Endpoints;

/// <summary><c>ridebooking endpoints</c>: shows how the endpoints are doing, and pauses and resumes them.</summary>
internal static class EndpointsCommand
{
    public static Command Make(Terminal terminal)
    {
        var host = new HostOptions();
        var command = new Command("endpoints", "Show the endpoints, and pause or resume them.")
        {
            ListEndpoints.Make(terminal, host),
            ShowEndpoint.Make(terminal, host),
        };
        foreach (var control in ControlEndpoint.Make(terminal, host))
            command.Add(control);
        host.AddTo(command);
        return command;
    }

    public static Argument<string> Name() => new("endpoint") { Description = "The name that list shows." };

    /// <summary>The path of an endpoint in the API.</summary>
    public static string Path(string name) => $"operations/endpoints/{Uri.EscapeDataString(name)}";

    public static string State(EndpointResponse endpoint) =>
        endpoint.Pause switch
        {
            null => "consuming",
            { Automatic: true } => "paused automatically",
            _ => "paused",
        };

    public static string Rate(double perSecond) => perSecond == 0 ? "0" : $"{perSecond:0.0##}";

    public static string Time(double? seconds) => seconds is { } known ? $"{known * 1000:0} ms" : "";
}
