using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;

namespace RideBooking.IntegrationTests.Infrastructure;

/// <summary>
/// Administers a broker that is only known by its address, through its management plugin: at
/// RIDEBOOKING_TEST_RABBITMQ_MANAGEMENT, else on port 15672 of the broker's host, with the broker's user.
/// </summary>
sealed class RabbitMqManagementApi : IDisposable
{
    readonly HttpClient http;
    readonly string user;

    public RabbitMqManagementApi(Uri broker)
    {
        var named = Environment.GetEnvironmentVariable("RIDEBOOKING_TEST_RABBITMQ_MANAGEMENT");
        var credentials = Uri.UnescapeDataString(broker.UserInfo);
        user = credentials.Split(':')[0];
        http = new()
        {
            BaseAddress = new Uri(named is { Length: > 0 } ? named : $"http://{broker.Host}:15672"),
            DefaultRequestHeaders =
            {
                Authorization = new AuthenticationHeaderValue(
                    "Basic",
                    Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials))
                ),
            },
        };
    }

    public async Task CreateVirtualHostAsync(string name)
    {
        using var created = await http.PutAsync($"/api/vhosts/{name}", content: null);
        created.EnsureSuccessStatusCode();
        var everything = new
        {
            configure = ".*",
            write = ".*",
            read = ".*",
        };
        using var permitted = await http.PutAsJsonAsync($"/api/permissions/{name}/{user}", everything);
        permitted.EnsureSuccessStatusCode();
    }

    public async Task DeleteVirtualHostAsync(string name)
    {
        using var deleted = await http.DeleteAsync($"/api/vhosts/{name}");
        deleted.EnsureSuccessStatusCode();
    }

    public async Task<IReadOnlyList<QueueCounts>> ListQueuesAsync(string virtualHost) =>
        await http.GetFromJsonAsync<QueueCounts[]>($"/api/queues/{virtualHost}") ?? [];

    public async Task<IReadOnlyList<Exchange>> ListExchangesAsync(string virtualHost) =>
        await http.GetFromJsonAsync<Exchange[]>($"/api/exchanges/{virtualHost}") ?? [];

    public void Dispose() => http.Dispose();
}
