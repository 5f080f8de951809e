using System.Net.Http.Json;
using System.Text;

namespace RideBooking.TestKit.Servers;

/// <summary>
/// Administers a broker through its management plugin, with the broker's user. (Each rabbitmqctl starts an
/// Erlang machine: half a second of processor time.)
/// </summary>
sealed class RabbitMqManagementApi : IDisposable
{
    readonly HttpClient http;
    readonly string user;

    /// <param name="address">The address of the plugin.</param>
    /// <param name="userInfo">User and password, as the broker's URI has them.</param>
    public RabbitMqManagementApi(Uri address, string userInfo)
    {
        var credentials = Uri.UnescapeDataString(userInfo);
        user = credentials.Split(':')[0];
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials));
        http = new() { BaseAddress = address, DefaultRequestHeaders = { Authorization = new("Basic", basic) } };
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

    // Current totals; the plugin's statistics are seconds old.
    public async Task<IReadOnlyList<QueueCounts>> ListQueuesAsync(string virtualHost) =>
        await http.GetFromJsonAsync<QueueCounts[]>(
            $"/api/queues/{virtualHost}?disable_stats=true&enable_queue_totals=true"
        ) ?? [];

    public async Task<IReadOnlyList<Exchange>> ListExchangesAsync(string virtualHost) =>
        await http.GetFromJsonAsync<Exchange[]>($"/api/exchanges/{virtualHost}") ?? [];

    public void Dispose() => http.Dispose();
}
