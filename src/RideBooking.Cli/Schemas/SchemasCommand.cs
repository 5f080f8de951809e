using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Schemas;

/// <summary><c>ridebooking schemas</c>: lists, shows, checks and compares the schemas of events.</summary>
internal static class SchemasCommand
{
    public static Command Make(Terminal terminal)
    {
        var host = new HostOptions();
        var command = new Command("schemas", "List, show, check and compare the schemas of events.")
        {
            ListSchemas.Make(terminal, host),
            ShowSchema.Make(terminal, host),
            CheckSchema.Make(terminal, host),
            DiffSchemas.Make(terminal, host),
        };
        host.AddTo(command);
        return command;
    }

    public static Argument<string> Event() =>
        new("event") { Description = "The name of the event, such as RideRequested." };

    /// <summary>Returns the path of an event's version in the registry.</summary>
    public static string PathOf(string subject, string version) =>
        $"schemas/subjects/{Uri.EscapeDataString(subject)}/versions/{Uri.EscapeDataString(version)}";

    /// <summary>Reads a schema from a file.</summary>
    /// <exception cref="CommandFailedException">The file cannot be read.</exception>
    public static async Task<string> Read(string file, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllTextAsync(file, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(ExitCode.Usage, $"{file} cannot be read: {exception.Message}");
        }
    }
}
