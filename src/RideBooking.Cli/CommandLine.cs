using System.CommandLine;
using System.CommandLine.Help;
using RideBooking.Cli.Alerts;
using RideBooking.Cli.Archives;
using RideBooking.Cli.Audit;
using RideBooking.Cli.Backlogs;
using RideBooking.Cli.Completion;
using RideBooking.Cli.Endpoints;
using RideBooking.Cli.ErrorQueues;
using RideBooking.Cli.Failures;
using RideBooking.Cli.Replays;
using RideBooking.Cli.Riders;
using RideBooking.Cli.Schemas;
using RideBooking.Cli.SignIn;
using RideBooking.Cli.Subscriptions;
using RideBooking.Cli.Webhooks;

namespace RideBooking.Cli;

/// <summary>The commands of <c>ridebooking</c>. Each has a folder of its own.</summary>
internal static class CommandLine
{
    static RootCommand Commands(Terminal terminal) =>
        new("RideBooking's command line for operators.")
        {
            ErrorQueuesCommand.Make(terminal),
            FailuresCommand.Make(terminal),
            EndpointsCommand.Make(terminal),
            BacklogCommand.Make(terminal),
            AlertsCommand.Make(terminal),
            WebhooksCommand.Make(terminal),
            AuditCommand.Make(terminal),
            SchemasCommand.Make(terminal),
            SubscriptionsCommand.Make(terminal),
            ReplayCommand.Make(terminal),
            ArchiveCommand.Make(terminal),
            ForgetCommand.Make(terminal),
            LoginCommand.Make(terminal),
            LogoutCommand.Make(terminal),
            TokenCommand.Make(terminal),
            CompletionCommand.Make(terminal),
        };

    /// <summary>Runs one command. A failure is reported in one line on standard error.</summary>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static async Task<int> Run(string[] args, Terminal terminal, CancellationToken cancellationToken = default)
    {
        var commands = Commands(terminal);
        var parsed = commands.Parse(args);
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction && !commands.Directives.Any(IsGiven))
        {
            var errors = parsed.Errors.Select(error => error.Message.TrimEnd('.')).Distinct();
            terminal.WriteError($"{string.Join("; ", errors)}. See --help.");
            return ExitCode.Usage;
        }
        // [suggest] completes what is not complete yet.
        bool IsGiven(Directive directive) => parsed.GetResult(directive) is not null;
        try
        {
            return await parsed.InvokeAsync(
                new InvocationConfiguration
                {
                    EnableDefaultExceptionHandler = false,
                    Output = terminal.Out,
                    Error = terminal.Error,
                },
                cancellationToken
            );
        }
        catch (CommandFailedException exception)
        {
            terminal.WriteError(exception.Message);
            return exception.ExitCode;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
    }
}
