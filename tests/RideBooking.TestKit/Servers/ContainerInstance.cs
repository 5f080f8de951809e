using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;

namespace RideBooking.TestKit.Servers;

/// <summary>
/// A server in a container, where no binaries are installed. Its port is bound to a fixed host port, because Docker would
/// choose a random port at every start and clients must find a restarted server at the same address.
/// </summary>
sealed class ContainerInstance<TContainer> : IServerInstance
    where TContainer : IContainer
{
    public ContainerInstance(Func<TContainer> build)
    {
        try
        {
            Container = build();
        }
        catch (DockerUnavailableException)
        {
            throw new ServerUnavailableException("no container engine answers");
        }
    }

    public TContainer Container { get; }

    public Task StartAsync() => Container.StartAsync();

    public Task StopAsync() => Container.StopAsync();

    // Testcontainers has no kill, and a process cannot kill -9 the first process of its own container.
    public Task KillAsync() => LocalCommand.RunAsync(["docker", "kill", Container.Id], []);

    public async Task<string> RunToolAsync(params string[] command)
    {
        var result = await Container.ExecAsync(command);
        return result.ExitCode == 0
            ? result.Stdout
            : throw new InvalidOperationException(
                $"'{string.Join(' ', command)}' ended with code {result.ExitCode}: {result.Stderr}{result.Stdout}"
            );
    }

    public ValueTask DisposeAsync() => Container.DisposeAsync();
}
