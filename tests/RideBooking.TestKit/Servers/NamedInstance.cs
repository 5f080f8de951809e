namespace RideBooking.TestKit.Servers;

/// <summary>A server that an environment variable names. Others may be using it, so no test stops or kills it.</summary>
sealed class NamedInstance(string variable) : IServerInstance
{
    public Task StartAsync() => Task.CompletedTask;

    public Task StopAsync() => throw NotOwned("stopped");

    public Task KillAsync() => throw NotOwned("killed");

    public Task<string> RunToolAsync(params string[] command) => throw NotOwned("administered with " + command[0]);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    NotSupportedException NotOwned(string what) =>
        new($"The server named by {variable} must not be {what}. Fault tests start their own: StartOwnAsync().");
}
