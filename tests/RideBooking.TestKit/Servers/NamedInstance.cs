namespace RideBooking.IntegrationTests.Infrastructure;

/// <summary>A server that an environment variable names. Others may be using it, so no test stops or kills it.</summary>
sealed class NamedInstance(string variable) : IServerInstance
{
    public Task StartAsync() => Task.CompletedTask;

    public Task StopAsync() => throw NotOurs("stopped");

    public Task KillAsync() => throw NotOurs("killed");

    public Task<string> RunToolAsync(params string[] command) => throw NotOurs("administered with " + command[0]);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    NotSupportedException NotOurs(string what) =>
        new($"The server named by {variable} is not ours to be {what}. Fault tests start their own: StartOwnAsync().");
}
