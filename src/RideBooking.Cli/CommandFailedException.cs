namespace RideBooking.Cli;

/// <summary>Ends a command with a one-line message.</summary>
/// <param name="exitCode">An <see cref="Cli.ExitCode"/>.</param>
/// <param name="message">One line.</param>
internal sealed class CommandFailedException(int exitCode, string message) : Exception(message)
{
    public int ExitCode => exitCode;
}
