using System.CommandLine;
using System.CommandLine.Parsing;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.ErrorQueues.Raw;

/// <summary>Options of the commands that connect to the broker instead of a host.</summary>
internal sealed class BrokerOptions
{
    readonly Option<string> _broker = new("--broker")
    {
        Description =
            "The broker's amqp:// or amqps:// address. Default: RIDEBOOKING_BROKER, then ConnectionStrings__RabbitMq.",
        HelpName = "address",
        Recursive = true,
    };

    readonly Option<string> _management = new("--management")
    {
        Description =
            "The address of the broker's management API. Default: RIDEBOOKING_BROKER_MANAGEMENT, then port 15672 (amqps: 15671) of the broker.",
        HelpName = "address",
        Recursive = true,
    };

    /// <summary>Adds these options to a command and its subcommands.</summary>
    public BrokerOptions AddTo(Command command)
    {
        command.Add(_broker);
        command.Add(_management);
        return this;
    }

    /// <summary>Connects to the broker.</summary>
    /// <exception cref="CommandFailedException">There is no address, or no connection.</exception>
    public Task<Broker> Connect(ParseResult parsed, CancellationToken cancellationToken) =>
        Broker.Connect(Address(parsed), cancellationToken);

    /// <summary>Returns a client of the broker's management API.</summary>
    public ManagementApi Management(ParseResult parsed) =>
        new(Address(parsed), HostOptions.Given(parsed, _management, "RIDEBOOKING_BROKER_MANAGEMENT"));

    // The host's own variable is set in its container, where this program is, too.
    BrokerAddress Address(ParseResult parsed) =>
        BrokerAddress.Parse(
            HostOptions.Given(parsed, _broker, "RIDEBOOKING_BROKER")
                ?? HostOptions.Given(parsed, _broker, "ConnectionStrings__RabbitMq")
                ?? throw new CommandFailedException(
                    ExitCode.Usage,
                    "Give the broker's address with --broker or RIDEBOOKING_BROKER."
                )
        );
}
