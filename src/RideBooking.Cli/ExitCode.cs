namespace RideBooking.Cli;

/// <summary>How a command ended, for scripts; docs/operating/failed-messages.md lists them.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>The host refused or failed, or the question was answered with no.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The host cannot be reached, or what it needs is away.</summary>
    public const int Unreachable = 3;

    /// <summary>No token, a wrong one, or not an operator's.</summary>
    public const int NotAllowed = 4;

    /// <summary>No such queue, message or redrive.</summary>
    public const int NotFound = 5;

    /// <summary>Ctrl-C.</summary>
    public const int Interrupted = 130;
}

/// <summary>Ends a command with a line that says why.</summary>
/// <param name="exitCode">An <see cref="Cli.ExitCode"/>.</param>
/// <param name="message">One line.</param>
internal sealed class CommandFailedException(int exitCode, string message) : Exception(message)
{
    public int ExitCode => exitCode;
}
