using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using Testcontainers.RabbitMq;

namespace RideBooking.TestKit.Servers;

/// <summary>A RabbitMQ broker for tests: the one that an environment variable names, or a private one.</summary>
public sealed class RabbitMqServer : IAsyncDisposable
{
    const string Variable = "RIDEBOOKING_TEST_RABBITMQ";

    const string ManagementVariable = "RIDEBOOKING_TEST_RABBITMQ_MANAGEMENT";
    const int ManagementPort = 15672;

    readonly IServerInstance instance;
    readonly Uri address;
    readonly RabbitMqManagementApi management;
    readonly ConcurrentDictionary<string, byte> virtualHosts = [];

    RabbitMqServer(IServerInstance instance, Uri address, Uri management)
    {
        this.instance = instance;
        this.address = address;
        Management = management;
        this.management = new RabbitMqManagementApi(management, address.UserInfo);
    }

    /// <summary>
    /// Gets the broker that RIDEBOOKING_TEST_RABBITMQ names (an amqp URI whose user may create virtual hosts), or a private one.
    /// Its management API is at RIDEBOOKING_TEST_RABBITMQ_MANAGEMENT, by default on port 15672 of the same machine.
    /// </summary>
    /// <exception cref="ServerUnavailableException">No broker is available on this machine.</exception>
    public static async Task<RabbitMqServer> FindOrStartAsync()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } named)
            return await StartOwnAsync();
        var address = new Uri(named);
        var management = Environment.GetEnvironmentVariable(ManagementVariable);
        return new(
            new NamedInstance(Variable),
            address,
            new Uri(management is { Length: > 0 } ? management : $"http://{address.Host}:{ManagementPort}")
        );
    }

    /// <summary>Starts a broker that the caller may stop and kill; the caller disposes it.</summary>
    /// <exception cref="ServerUnavailableException">No broker is available on this machine.</exception>
    public static async Task<RabbitMqServer> StartOwnAsync()
    {
        var instance = await IServerInstance.StartFirstAvailableAsync(() => new LocalRabbitMq(), Container);
        return instance switch
        {
            LocalRabbitMq local => new(local, local.Address, local.Management),
            ContainerInstance<RabbitMqContainer> { Container: var container } => new(
                instance,
                new Uri(container.GetConnectionString()),
                new Uri($"http://{container.Hostname}:{container.GetMappedPublicPort(ManagementPort)}")
            ),
            _ => throw new InvalidOperationException($"No address for {instance.GetType()}."),
        };
    }

    /// <summary>Creates an empty virtual host and returns its amqp URI. It is deleted when the tests end.</summary>
    public async Task<Uri> CreateVirtualHostAsync(string? name = null)
    {
        name ??= $"test-{Guid.CreateVersion7():n}";
        await management.CreateVirtualHostAsync(name);
        virtualHosts[name] = 0;
        return new Uri(address, "/" + name);
    }

    /// <summary>
    /// Deletes a virtual host with everything in it: every queue costs the broker work, even unused ones.
    /// </summary>
    public async Task DeleteVirtualHostAsync(Uri virtualHost)
    {
        var name = virtualHost.AbsolutePath.TrimStart('/');
        await management.DeleteVirtualHostAsync(name);
        virtualHosts.Remove(name, out _);
    }

    /// <summary>The address of the management API.</summary>
    public Uri Management { get; }

    /// <summary>The queues of a virtual host with their counts.</summary>
    public Task<IReadOnlyList<QueueCounts>> ListQueuesAsync(Uri virtualHost) =>
        management.ListQueuesAsync(virtualHost.AbsolutePath.TrimStart('/'));

    /// <summary>The exchanges of a virtual host.</summary>
    public Task<IReadOnlyList<Exchange>> ListExchangesAsync(Uri virtualHost) =>
        management.ListExchangesAsync(virtualHost.AbsolutePath.TrimStart('/'));

    /// <summary>Runs rabbitmqctl, for instance to close connections or to raise an alarm. Not on a named broker.</summary>
    public Task<string> ControlAsync(params string[] arguments) => instance.RunToolAsync(["rabbitmqctl", .. arguments]);

    /// <inheritdoc cref="IServerInstance.StartAsync"/>
    public Task StartAsync() => instance.StartAsync();

    /// <inheritdoc cref="IServerInstance.StopAsync"/>
    public Task StopAsync() => instance.StopAsync();

    /// <inheritdoc cref="IServerInstance.KillAsync"/>
    public Task KillAsync() => instance.KillAsync();

    /// <summary>
    /// Kills the broker, deletes everything it stored and starts it again with empty virtual hosts. Only for a private broker
    /// from local binaries.
    /// </summary>
    public async Task ResetAsync()
    {
        await KillAsync();
        await ((LocalRabbitMq)instance).WipeAsync();
        await StartAsync();
        // Creates each virtual host before granting access, because hosts are waiting: with immediate access, a queue once
        // permanently lost its consumer.
        foreach (var virtualHost in virtualHosts.Keys)
        {
            await ControlAsync("add_vhost", virtualHost);
            await ControlAsync("set_permissions", "-p", virtualHost, UserName, ".*", ".*", ".*");
        }
    }

    /// <summary>True if <see cref="ResetAsync"/> is supported.</summary>
    public bool CanReset => instance is LocalRabbitMq;

    public async ValueTask DisposeAsync()
    {
        // A private broker takes its virtual hosts with it; a named broker is left unchanged.
        if (instance is NamedInstance)
            foreach (var virtualHost in virtualHosts.Keys)
                await management.DeleteVirtualHostAsync(virtualHost);
        management.Dispose();
        await instance.DisposeAsync();
    }

    string UserName => Uri.UnescapeDataString(address.UserInfo.Split(':')[0]);

    static ContainerInstance<RabbitMqContainer> Container() =>
        new(() =>
            new RabbitMqBuilder("rabbitmq:4-management")
                .WithPortBinding(FreePort.Next(), 5672)
                .WithPortBinding(FreePort.Next(), ManagementPort)
                .Build()
        );
}

/// <summary>An exchange and its lifetime.</summary>
/// <param name="Name">The exchange's name.</param>
/// <param name="Durable">True if it survives a restart of the broker.</param>
/// <param name="AutoDelete">True if it is deleted with its last binding.</param>
public sealed record Exchange(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("durable")] bool Durable,
    [property: JsonPropertyName("auto_delete")] bool AutoDelete
);

/// <summary>A queue and its message counts.</summary>
/// <param name="Name">The queue's name.</param>
/// <param name="Ready">Messages waiting to be delivered.</param>
/// <param name="Unacknowledged">Messages delivered and not yet acknowledged.</param>
/// <param name="Declared">Its arguments.</param>
public sealed record QueueCounts(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("messages_ready")] long Ready,
    [property: JsonPropertyName("messages_unacknowledged")] long Unacknowledged,
    [property: JsonPropertyName("arguments")] IReadOnlyDictionary<string, JsonElement> Declared
)
{
    /// <summary>The queue's arguments as sorted texts such as <c>x-queue-type=quorum</c>.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Arguments =>
        [.. Declared.Select(argument => $"{argument.Key}={argument.Value}").Order(StringComparer.Ordinal)];
}
