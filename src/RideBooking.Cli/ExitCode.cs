namespace RideBooking.Cli;

/// <summary>The exit codes, for scripts. docs/operating/command-line.md lists them.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>
    /// The host refused or failed, the operator answered the question with no, or a schema is not compatible.
    /// </summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The host, or a service that it needs, is unavailable.</summary>
    public const int Unreachable = 3;

    /// <summary>The token is missing, wrong or not an operator's.</summary>
    public const int NotAllowed = 4;

    /// <summary>The queue, message, endpoint, redrive, event, notification, version or rider does not exist.</summary>
    public const int NotFound = 5;

    /// <summary>An audit found deviations.</summary>
    public const int Deviations = 6;

    /// <summary>There are failed messages, or alerts fire, and the command was asked to say so with its exit code.</summary>
    public const int MessagesLeft = 7;

    /// <summary>The operator pressed Ctrl-C.</summary>
    public const int Interrupted = 130;
}
