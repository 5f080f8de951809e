namespace RideBooking.TestKit.Servers;

/// <summary>One server: a local process, a container, or an external server.</summary>
interface IServerInstance : IAsyncDisposable
{
    /// <summary>Starts the server, again after a stop or kill, on the same address and data; returns when it answers.</summary>
    Task StartAsync();

    /// <summary>Shuts the server down gracefully and waits until it has ended.</summary>
    Task StopAsync();

    /// <summary>Kills the server with SIGKILL, as a power cut would, and waits until it has ended.</summary>
    Task KillAsync();

    /// <summary>Runs one of the server's own tools and returns its output.</summary>
    Task<string> RunToolAsync(params string[] command);

    /// <summary>The ways to get a server, best first; the first that works on this machine is used.</summary>
    static async Task<IServerInstance> StartFirstAvailableAsync(params Func<IServerInstance>[] ways)
    {
        var reasons = new List<string>();
        foreach (var way in ways)
        {
            try
            {
                var instance = way();
                try
                {
                    await instance.StartAsync();
                    return instance;
                }
                catch
                {
                    await instance.DisposeAsync();
                    throw;
                }
            }
            catch (ServerUnavailableException unavailable)
            {
                reasons.Add(unavailable.Message);
            }
        }
        throw new ServerUnavailableException(string.Join("; ", reasons));
    }
}
