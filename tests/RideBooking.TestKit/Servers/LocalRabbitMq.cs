using System.Net;
using System.Net.Sockets;

namespace RideBooking.TestKit.Servers;

/// <summary>
/// A private RabbitMQ from the installed binaries: own node name, ports, name service (epmd), cookie and folders, two
/// plugins (which divide messages and answer the tests), and nothing that listens beyond loopback.
/// </summary>
sealed class LocalRabbitMq : IServerInstance
{
    // Debian's rabbitmq-server in /usr/sbin changes account and folders; the package's own scripts do not.
    static readonly string[] Folders = ["/usr/lib/rabbitmq/bin"];

    readonly string server = LocalBinaries.Require("rabbitmq-server", Folders);
    readonly string rabbitmqctl = LocalBinaries.Require("rabbitmqctl", Folders);
    readonly string epmd = LocalBinaries.Require("epmd");
    readonly LocalAccount account = LocalAccount.For("rabbitmq");
    readonly int amqpPort = FreePort.Next();
    readonly int distributionPort = FreePort.Next();
    readonly int epmdPort = FreePort.Next();
    readonly int managementPort = FreePort.Next();
    string folder = "";
    SupervisedProcess? names;
    SupervisedProcess? process;

    public Uri Address => new($"amqp://guest:guest@127.0.0.1:{amqpPort}/");

    public Uri Management => new($"http://127.0.0.1:{managementPort}");

    public async Task StartAsync()
    {
        if (folder.Length == 0)
            await CreateAsync();
        var broker = SupervisedProcess.Start(
            account.Run(server, "-noinput"),
            Settings(),
            lastSignal: "KILL", // the folder is deleted next
            folder
        );
        process = broker;
        await WaitFor.TrueAsync(
            "RabbitMQ to accept connections",
            () =>
                broker.HasExited
                    ? throw new InvalidOperationException($"RabbitMQ ended while starting. {broker.Output}")
                    : AnswersAsync(),
            WaitFor.Limit,
            () => broker.Output
        );
        // Its port opens a moment before the last boot steps are done.
        await RunToolAsync("rabbitmqctl", "await_startup");
    }

    public Task StopAsync() => process!.EndAsync("TERM");

    public Task KillAsync() => process!.EndAsync("KILL");

    /// <summary>Deletes everything the broker stored. It must not be running.</summary>
    public Task WipeAsync() =>
        LocalCommand.RunAsync(account.Run("rm", "-rf", Path.Combine(folder, "data")), Settings());

    public Task<string> RunToolAsync(params string[] command) =>
        LocalCommand.RunAsync(
            account.Run([command[0] == "rabbitmqctl" ? rabbitmqctl : command[0], .. command.Skip(1)]),
            Settings()
        );

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
            await process.DisposeAsync();
        if (names is not null)
            await names.DisposeAsync();
    }

    async Task CreateAsync()
    {
        folder = await account.CreateFolderAsync("rabbitmq");
        // Counts of quorum queues are as old as their last tick, which by default comes every five seconds.
        var advanced = Path.Combine(folder, "advanced.config");
        await File.WriteAllTextAsync(advanced, "[{rabbit, [{quorum_tick_interval, 200}]}].\n");
        await File.WriteAllTextAsync(
            Path.Combine(folder, "enabled_plugins"),
            "[rabbitmq_consistent_hash_exchange,rabbitmq_management].\n"
        );
        // No test uses the management charts, so their statistics are not collected.
        await File.WriteAllTextAsync(
            Path.Combine(folder, "rabbitmq.conf"),
            $"""
            management.tcp.ip = 127.0.0.1
            management.tcp.port = {managementPort}
            management_agent.disable_metrics_collector = true

            """
        );
        // Erlang would start its own daemon, which outlives the broker: see ERL_FLAGS below.
        names = SupervisedProcess.Start(
            account.Run(epmd, "-port", $"{epmdPort}", "-address", "127.0.0.1"),
            Settings(),
            lastSignal: "TERM"
        );
    }

    Dictionary<string, string> Settings() =>
        new()
        {
            ["HOME"] = folder, // where Erlang keeps the cookie
            ["ERL_EPMD_PORT"] = $"{epmdPort}",
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["ERL_FLAGS"] = "-start_epmd false",
            ["ERL_CRASH_DUMP_SECONDS"] = "0",
            ["RABBITMQ_NODENAME"] = $"ridebooking-{amqpPort}@localhost",
            ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODE_PORT"] = $"{amqpPort}",
            ["RABBITMQ_DIST_PORT"] = $"{distributionPort}",
            // No busy waiting, so that an idle broker uses no processor time on small machines.
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] =
                "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none",
            ["RABBITMQ_ALLOW_INPUT"] = "1", // become the Erlang process instead of guarding it, so that signals reach it
            ["RABBITMQ_MNESIA_BASE"] = Path.Combine(folder, "data"),
            ["RABBITMQ_LOG_BASE"] = Path.Combine(folder, "log"),
            ["RABBITMQ_LOGS"] = "-",
            ["RABBITMQ_CONF_ENV_FILE"] = Path.Combine(folder, "rabbitmq-env.conf"),
            ["RABBITMQ_CONFIG_FILE"] = Path.Combine(folder, "rabbitmq"),
            ["RABBITMQ_ADVANCED_CONFIG_FILE"] = Path.Combine(folder, "advanced.config"),
            ["RABBITMQ_GENERATED_CONFIG_DIR"] = Path.Combine(folder, "generated"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(folder, "enabled_plugins"),
        };

    async Task<bool> AnswersAsync()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, amqpPort);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
