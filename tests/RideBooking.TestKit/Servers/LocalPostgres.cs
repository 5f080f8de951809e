using Npgsql;

namespace RideBooking.TestKit.Servers;

/// <summary>
/// A private PostgreSQL from the installed binaries: its own data folder, a free loopback port, and durability as shipped
/// (fsync on), since what the tests prove about crashes would mean nothing without it.
/// </summary>
sealed class LocalPostgres : IServerInstance
{
    const string User = "ridebooking";

    readonly string initdb;
    readonly string postgres;
    readonly LocalAccount account = LocalAccount.For("postgres");
    readonly int port = FreePort.Next();
    string folder = "";
    SupervisedProcess? process;

    public LocalPostgres()
    {
        var folders = InstalledVersions();
        initdb = LocalBinaries.Require("initdb", folders);
        postgres = LocalBinaries.Require("postgres", folders);
    }

    public string ConnectionString => $"Host=127.0.0.1;Port={port};Username={User};Database=postgres";

    public async Task StartAsync()
    {
        if (folder.Length == 0)
            await CreateAsync();
        string[] settings =
        [
            "listen_addresses=127.0.0.1",
            $"port={port}",
            "unix_socket_directories=",
            // Hosts of several tests share it, each with pools of up to a hundred that stay open for a while.
            "max_connections=1000",
        ];
        var server = SupervisedProcess.Start(
            account.Run([postgres, "-D", Data, .. settings.SelectMany(setting => new[] { "-c", setting })]),
            [],
            lastSignal: "QUIT", // immediate shutdown: the folder is deleted next
            folder
        );
        process = server;
        await WaitFor.TrueAsync(
            "PostgreSQL to accept connections",
            () =>
                server.HasExited
                    ? throw new InvalidOperationException($"PostgreSQL ended while starting. {server.Output}")
                    : AnswersAsync(),
            WaitFor.Limit,
            () => server.Output
        );
    }

    public Task StopAsync() => process!.EndAsync("INT"); // fast shutdown: does not wait for clients to leave

    public Task KillAsync() => process!.EndAsync("KILL");

    public Task<string> RunToolAsync(params string[] command) => LocalCommand.RunAsync(account.Run(command), []);

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
            await process.DisposeAsync();
        else if (folder.Length > 0)
            Directory.Delete(folder, recursive: true);
    }

    string Data => Path.Combine(folder, "data");

    async Task CreateAsync()
    {
        folder = await account.CreateFolderAsync("postgres");
        string[] options = ["--auth=trust", $"--username={User}", "--encoding=UTF8", "--locale=C", "--no-sync"];
        await LocalCommand.RunAsync(account.Run([initdb, "-D", Data, .. options]), []);
    }

    async Task<bool> AnswersAsync()
    {
        await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false;Timeout=5");
        try
        {
            await connection.OpenAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    /// <summary>The folders of the binaries, which Debian keeps out of PATH.</summary>
    static IEnumerable<string> InstalledVersions() =>
        Directory.Exists("/usr/lib/postgresql")
            ? Directory
                .GetDirectories("/usr/lib/postgresql")
                .OrderByDescending(version => int.TryParse(Path.GetFileName(version), out var number) ? number : 0)
                .Select(version => Path.Combine(version, "bin"))
            : [];
}
