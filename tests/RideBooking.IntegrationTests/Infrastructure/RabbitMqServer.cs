using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using Testcontainers.RabbitMq;

namespace RideBooking.IntegrationTests.Infrastructure;

/// <summary>A RabbitMQ for tests: the one that is named, else a private one.</summary>
public sealed class RabbitMqServer : IAsyncDisposable
{
    const string Variable = "RIDEBOOKING_TEST_RABBITMQ";

    readonly IServerInstance instance;
    readonly Uri address;
    readonly RabbitMqManagementApi? management;
    readonly ConcurrentBag<string> virtualHosts = [];

    RabbitMqServer(IServerInstance instance, Uri address, RabbitMqManagementApi? management = null)
    {
        this.instance = instance;
        this.address = address;
        this.management = management;
    }

    /// <summary>
    /// The broker that RIDEBOOKING_TEST_RABBITMQ names (an amqp URI whose user may make virtual hosts; its management API is
    /// used for that), else a private one.
    /// </summary>
    /// <exception cref="ServerUnavailableException">There is none to be had on this machine.</exception>
    public static async Task<RabbitMqServer> FindOrStartAsync()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } named)
            return await StartOwnAsync();
        var address = new Uri(named);
        return new(new NamedInstance(Variable), address, new RabbitMqManagementApi(address));
    }

    /// <summary>A broker of the caller's own, to stop and kill; the caller disposes it.</summary>
    /// <exception cref="ServerUnavailableException">There is none to be had on this machine.</exception>
    public static async Task<RabbitMqServer> StartOwnAsync()
    {
        var instance = await IServerInstance.StartFirstAvailableAsync(() => new LocalRabbitMq(), Container);
        return new(
            instance,
            instance switch
            {
                LocalRabbitMq local => local.Address,
                ContainerInstance<RabbitMqContainer> { Container: var container } => new(
                    container.GetConnectionString()
                ),
                _ => throw new InvalidOperationException($"No address for {instance.GetType()}."),
            }
        );
    }

    /// <summary>Makes an empty virtual host and returns its amqp URI. It is gone when the tests end.</summary>
    public async Task<Uri> CreateVirtualHostAsync(string? name = null)
    {
        name ??= $"test-{Guid.CreateVersion7():n}";
        if (management is not null)
            await management.CreateVirtualHostAsync(name);
        else
        {
            await ControlAsync("add_vhost", name);
            await ControlAsync("set_permissions", "-p", name, UserName, ".*", ".*", ".*");
        }
        virtualHosts.Add(name);
        return new Uri(address, "/" + name);
    }

    /// <summary>The queues of a virtual host with their counts (of a named broker up to five seconds old).</summary>
    public async Task<IReadOnlyList<QueueCounts>> ListQueuesAsync(Uri virtualHost)
    {
        var name = virtualHost.AbsolutePath.TrimStart('/');
        if (management is not null)
            return await management.ListQueuesAsync(name);
        string[] columns = ["name", "messages_ready", "messages_unacknowledged", "consumers", "arguments"];
        var json = await ControlAsync(["list_queues", "-p", name, "--quiet", "--formatter", "json", .. columns]);
        return JsonSerializer.Deserialize<QueueCounts[]>(json) ?? [];
    }

    /// <summary>The exchanges of a virtual host.</summary>
    public async Task<IReadOnlyList<Exchange>> ListExchangesAsync(Uri virtualHost)
    {
        var name = virtualHost.AbsolutePath.TrimStart('/');
        if (management is not null)
            return await management.ListExchangesAsync(name);
        string[] columns = ["name", "durable", "auto_delete"];
        var json = await ControlAsync(["list_exchanges", "-p", name, "--quiet", "--formatter", "json", .. columns]);
        return JsonSerializer.Deserialize<Exchange[]>(json) ?? [];
    }

    /// <summary>Runs rabbitmqctl, for instance to close connections or to raise an alarm. Not on a named broker.</summary>
    public Task<string> ControlAsync(params string[] arguments) => instance.RunToolAsync(["rabbitmqctl", .. arguments]);

    /// <inheritdoc cref="IServerInstance.StartAsync"/>
    public Task StartAsync() => instance.StartAsync();

    /// <inheritdoc cref="IServerInstance.StopAsync"/>
    public Task StopAsync() => instance.StopAsync();

    /// <inheritdoc cref="IServerInstance.KillAsync"/>
    public Task KillAsync() => instance.KillAsync();

    /// <summary>
    /// Ends the broker, deletes all that it stored and starts it again: its virtual hosts are there, empty. Only a private
    /// one from local binaries.
    /// </summary>
    public async Task LoseEverythingAsync()
    {
        await KillAsync();
        await ((LocalRabbitMq)instance).WipeAsync();
        await StartAsync();
        foreach (var virtualHost in virtualHosts)
        {
            await ControlAsync("add_vhost", virtualHost);
            await ControlAsync("set_permissions", "-p", virtualHost, UserName, ".*", ".*", ".*");
        }
    }

    /// <summary>Whether <see cref="LoseEverythingAsync"/> is possible.</summary>
    public bool CanLoseEverything => instance is LocalRabbitMq;

    public async ValueTask DisposeAsync()
    {
        if (management is not null)
        {
            // A named broker is left as it was found.
            foreach (var virtualHost in virtualHosts)
                await management.DeleteVirtualHostAsync(virtualHost);
            management.Dispose();
        }
        await instance.DisposeAsync();
    }

    string UserName => Uri.UnescapeDataString(address.UserInfo.Split(':')[0]);

    static ContainerInstance<RabbitMqContainer> Container() =>
        new(() => new RabbitMqBuilder("rabbitmq:4").WithPortBinding(FreePort.Next(), 5672).Build());
}

/// <summary>An exchange and how long it lives.</summary>
/// <param name="Name">The exchange's name.</param>
/// <param name="Durable">Whether it outlives the broker's process.</param>
/// <param name="AutoDelete">Whether it goes with its last binding.</param>
public sealed record Exchange(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("durable")] bool Durable,
    [property: JsonPropertyName("auto_delete")] bool AutoDelete
);

/// <summary>A queue and what is in it.</summary>
/// <param name="Name">The queue's name.</param>
/// <param name="Ready">Messages waiting to be delivered.</param>
/// <param name="Unacknowledged">Messages delivered and not yet acknowledged.</param>
/// <param name="Consumers">Consumers on the queue.</param>
/// <param name="Declared">Its arguments: an object as the management API has it, or triples of name, type and value as rabbitmqctl has it.</param>
public sealed record QueueCounts(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("messages_ready")] long Ready,
    [property: JsonPropertyName("messages_unacknowledged")] long Unacknowledged,
    [property: JsonPropertyName("consumers")] int Consumers,
    [property: JsonPropertyName("arguments")] JsonElement Declared
)
{
    /// <summary>What the queue was declared with, as texts such as <c>x-queue-type=quorum</c>, in order.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Arguments =>
        [
            .. (
                Declared.ValueKind == JsonValueKind.Object
                    ? Declared.EnumerateObject().Select(argument => $"{argument.Name}={argument.Value}")
                    : Declared.EnumerateArray().Select(argument => $"{argument[0]}={argument[2]}")
            ).Order(StringComparer.Ordinal),
        ];
}
