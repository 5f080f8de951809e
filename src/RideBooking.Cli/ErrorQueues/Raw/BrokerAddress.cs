using RabbitMQ.Client;

namespace RideBooking.Cli.ErrorQueues.Raw;

/// <summary>The address of a broker, with user, password and virtual host. Its text has no password.</summary>
internal sealed class BrokerAddress
{
    readonly ConnectionFactory _factory;

    BrokerAddress(ConnectionFactory factory) => _factory = factory;

    public string VirtualHost => _factory.VirtualHost;

    public string Host => _factory.HostName;

    public bool UsesTls => _factory.Ssl.Enabled;

    public string Credentials => $"{_factory.UserName}:{_factory.Password}";

    /// <exception cref="CommandFailedException">It is not an address of a broker.</exception>
    public static BrokerAddress Parse(string text)
    {
        try
        {
            return new BrokerAddress(
                new ConnectionFactory
                {
                    Uri = new Uri(text),
                    ClientProvidedName = $"ridebooking {Environment.UserName}@{Environment.MachineName}",
                    // A message that was taken returns to its queue with the connection's end. A new connection cannot
                    // acknowledge it.
                    AutomaticRecoveryEnabled = false,
                }
            );
        }
        catch (Exception exception) when (exception is UriFormatException or ArgumentException)
        {
            // Without the text, which contains a password.
            throw new CommandFailedException(
                ExitCode.Usage,
                "The broker's address is not an amqp:// or amqps:// address."
            );
        }
    }

    public Task<IConnection> Connect(CancellationToken cancellationToken) =>
        _factory.CreateConnectionAsync(cancellationToken);

    public override string ToString() => $"{Host}:{_factory.Endpoint.Port}";
}
