using System.Net;
using System.Net.Sockets;

namespace RideBooking.TestKit.Servers;

/// <summary>
/// The built RideBooking.Host as a process of its own, on a free loopback port, with a working folder of its own (where the
/// embedded database goes unless configured otherwise). It ends with the tests, whatever happens to them.
/// </summary>
public sealed class HostProcess : IAsyncDisposable
{
    readonly SupervisedProcess process;
    bool ended;

    HostProcess(SupervisedProcess process, Uri address)
    {
        this.process = process;
        Address = address;
        Client = new() { BaseAddress = address };
    }

    /// <summary>The address the host listens on.</summary>
    public Uri Address { get; }

    /// <summary>A client of the host's API.</summary>
    public HttpClient Client { get; }

    /// <summary>The standard output and error so far.</summary>
    public string Output => process.Output;

    public bool HasExited => process.HasExited;

    /// <summary>Starts the host and waits until GET /health/ready answers 200.</summary>
    /// <param name="settings">Its configuration, as environment variables: ("Transport__Kind", "RabbitMq")….</param>
    /// <param name="arguments">Command line arguments.</param>
    /// <exception cref="InvalidOperationException">It ended while starting; the message has its output.</exception>
    /// <exception cref="TimeoutException">It was not ready in time; the message has its output.</exception>
    public static Task<HostProcess> StartAsync(
        IEnumerable<KeyValuePair<string, string>> settings,
        params string[] arguments
    ) => Started(Begin(settings, arguments));

    /// <summary>Starts the host at the address of one that has ended, so that its clients find it.</summary>
    public static Task<HostProcess> StartInPlaceOfAsync(
        HostProcess other,
        IEnumerable<KeyValuePair<string, string>> settings
    ) => Started(BeginInPlaceOf(other, settings));

    /// <summary>Starts the host at the address of one that has ended, without waiting until it is ready.</summary>
    public static HostProcess BeginInPlaceOf(HostProcess other, IEnumerable<KeyValuePair<string, string>> settings) =>
        new(Launch(settings, [], other.Address), other.Address);

    /// <summary>Starts another build of the host, and waits until GET /health/ready answers 200.</summary>
    /// <param name="assembly">The path of its assembly.</param>
    /// <param name="settings">Its configuration, as environment variables.</param>
    public static Task<HostProcess> StartBuildAsync(string assembly, IEnumerable<KeyValuePair<string, string>> settings)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        return Started(new HostProcess(Launch(settings, [], address, assembly), address));
    }

    static async Task<HostProcess> Started(HostProcess host)
    {
        try
        {
            await host.ReadyAsync();
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the host without waiting until it is ready: its servers may not be available yet.</summary>
    public static HostProcess Begin(IEnumerable<KeyValuePair<string, string>> settings, params string[] arguments)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        return new HostProcess(Launch(settings, arguments, address), address);
    }

    /// <summary>Waits until GET /health/ready answers 200.</summary>
    /// <exception cref="InvalidOperationException">It has ended; the message has its output.</exception>
    /// <exception cref="TimeoutException">It was not ready in time; the message has its output.</exception>
    public Task ReadyAsync() =>
        WaitFor.TrueAsync(
            $"GET {Address}health/ready to answer 200",
            () =>
                HasExited
                    ? throw new InvalidOperationException(
                        $"The host ended with code {process.ExitCode} while starting. {Output}"
                    )
                    : IsReadyAsync(),
            WaitFor.Limit,
            () => Output
        );

    /// <summary>Waits until GET /health/ready reports an unhealthy dependency.</summary>
    public Task UnhealthyAsync() =>
        WaitFor.TrueAsync(
            $"GET {Address}health/ready to report an unhealthy dependency",
            async () =>
            {
                using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
                using var answer = await Client.GetAsync("/health/ready", limit.Token);
                var report = await answer.Content.ReadAsStringAsync(limit.Token);
                return !answer.IsSuccessStatusCode || report.Contains("degraded", StringComparison.OrdinalIgnoreCase);
            },
            WaitFor.Limit,
            () => Output
        );

    /// <summary>Waits until the host's output contains a text.</summary>
    public Task SaysAsync(string text) =>
        WaitFor.TrueAsync(
            $"the host to write '{text}'",
            () =>
                HasExited
                    ? throw new InvalidOperationException($"The host ended with code {process.ExitCode}. {Output}")
                    : Task.FromResult(Output.Contains(text, StringComparison.Ordinal)),
            WaitFor.Limit,
            () => Output
        );

    /// <summary>Runs one of the host's commands, such as "migrate", to its end.</summary>
    /// <returns>Its exit code and its output.</returns>
    public static async Task<(int ExitCode, string Output)> RunToEndAsync(
        IEnumerable<KeyValuePair<string, string>> settings,
        params string[] arguments
    )
    {
        var address = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        await using var process = Launch(settings, arguments, address);
        await process.ExitedAsync($"the end of RideBooking.Host {string.Join(' ', arguments)}", WaitFor.Limit);
        return (process.ExitCode, process.Output);
    }

    /// <summary>Migrates a database with the host's command.</summary>
    /// <param name="provider">The value of Database__Provider.</param>
    /// <param name="connectionString">Names the database.</param>
    /// <exception cref="InvalidOperationException">The migration failed; the message has its output.</exception>
    public static async Task MigrateAsync(string provider, string connectionString)
    {
        var settings = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["Database__Provider"] = provider,
            ["ConnectionStrings__RideBooking"] = connectionString,
        };
        var (exitCode, output) = await RunToEndAsync(settings, "migrate");
        if (exitCode != 0)
            throw new InvalidOperationException($"'migrate' ended with code {exitCode}. {output}");
    }

    /// <summary>Stops the host with SIGTERM and waits until it has ended.</summary>
    /// <returns>Its exit code.</returns>
    public Task<int> StopAsync() => EndAsync("TERM");

    /// <summary>Kills the host with SIGKILL, as a power cut would, and waits until it has ended.</summary>
    public Task KillAsync() => EndAsync("KILL");

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await process.DisposeAsync();
    }

    static SupervisedProcess Launch(
        IEnumerable<KeyValuePair<string, string>> settings,
        string[] arguments,
        Uri address,
        string? assembly = null
    )
    {
        // The same host with native code, where infra/test.sh has made one.
        assembly ??= Environment.GetEnvironmentVariable("RIDEBOOKING_TEST_HOST") is { Length: > 0 } named
            ? named
            : BuiltProgram.PathOf("RideBooking.Host");
        var folder = Directory.CreateTempSubdirectory("ridebooking-host-").FullName;
        Dictionary<string, string> environment = new()
        {
            ["ASPNETCORE_URLS"] = address.GetLeftPart(UriPartial.Authority),
            // A busy machine is several times slower than a quiet one.
            ["Limits__RequestTimeout"] = "00:01:30",
        };
        foreach (var (key, value) in settings)
            environment[key] = value;
        return SupervisedProcess.Start(
            ["dotnet", assembly, .. arguments],
            environment,
            lastSignal: "KILL",
            folder,
            workingDirectory: folder,
            inherit: true
        );
    }

    async Task<bool> IsReadyAsync()
    {
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            using var answer = await Client.GetAsync("/health/ready", limit.Token);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception exception)
            when (exception is HttpRequestException or SocketException or OperationCanceledException)
        {
            return false;
        }
    }

    async Task<int> EndAsync(string signal)
    {
        if (!ended)
            await process.EndAsync(signal);
        ended = true;
        return process.ExitCode;
    }
}
