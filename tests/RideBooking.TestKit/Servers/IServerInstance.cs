namespace RideBooking.IntegrationTests.Infrastructure;

/// <summary>One server, whoever runs it: a local process, a container, or somebody else.</summary>
interface IServerInstance : IAsyncDisposable
{
    /// <summary>Starts the server, again after a stop or kill, on the same address and data; returns when it answers.</summary>
    Task StartAsync();

    /// <summary>Stops the server in good order and waits until it is gone.</summary>
    Task StopAsync();

    /// <summary>Ends the server as a power cut would (SIGKILL) and waits until it is gone.</summary>
    Task KillAsync();

    /// <summary>Runs one of the server's own tools beside it and returns what it prints.</summary>
    Task<string> RunToolAsync(params string[] command);

    /// <summary>The ways to get a server, best first; the first that works here is taken.</summary>
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
