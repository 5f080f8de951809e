using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RideBooking.Cli.ErrorQueues.Raw;

/// <summary>The broker's management API. AMQP itself cannot list queues.</summary>
/// <param name="broker">The broker, with the user and the password.</param>
/// <param name="address">The API's address; null for the plugin's standard port on the same machine.</param>
internal sealed class ManagementApi(BrokerAddress broker, string? address)
{
    static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(30);

    /// <summary>Returns the queues of the virtual host.</summary>
    public async Task<IReadOnlyList<ManagedQueue>> Queues(CancellationToken cancellationToken)
    {
        if (
            !Uri.TryCreate(
                (
                    address
                    ?? $"{(broker.UsesTls ? "https" : "http")}://{broker.Host}:{(broker.UsesTls ? 15671 : 15672)}"
                ).TrimEnd('/') + "/",
                UriKind.Absolute,
                out var api
            ) || !api.Scheme.StartsWith("http", StringComparison.Ordinal)
        )
            throw new CommandFailedException(ExitCode.Usage, $"'{address}' is not an http:// or https:// address.");
        using var http = new HttpClient { Timeout = s_timeout };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes(broker.Credentials))
        );
        try
        {
            // The current counts; the statistics are seconds old.
            return await http.GetFromJsonAsync<ManagedQueue[]>(
                    new Uri(
                        api,
                        $"api/queues/{Uri.EscapeDataString(broker.VirtualHost)}?disable_stats=true&enable_queue_totals=true"
                    ),
                    cancellationToken
                ) ?? [];
        }
        catch (HttpRequestException exception) when (exception.StatusCode is HttpStatusCode.NotFound)
        {
            throw new CommandFailedException(
                ExitCode.NotFound,
                $"The management API at {api} does not know the virtual host '{broker.VirtualHost}'."
            );
        }
        catch (HttpRequestException exception)
            when (exception.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            throw new CommandFailedException(
                ExitCode.NotAllowed,
                $"The management API at {api} does not admit the user (their tags must include management). Give the names of queues: those need AMQP only."
            );
        }
        catch (Exception exception)
            when (exception is HttpRequestException or JsonException
                || exception is OperationCanceledException && !cancellationToken.IsCancellationRequested
            )
        {
            throw new CommandFailedException(
                ExitCode.Unreachable,
                $"The management API at {api} cannot be read: {exception.Message.TrimEnd('.')}. Give its address with --management, or the names of queues: those need AMQP only."
            );
        }
    }
}

/// <summary>A queue as the management API describes it.</summary>
/// <param name="Name">The queue's name.</param>
/// <param name="Ready">How many messages wait in it.</param>
/// <param name="Unacknowledged">How many messages consumers hold.</param>
internal sealed record ManagedQueue(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("messages_ready")] long Ready,
    [property: JsonPropertyName("messages_unacknowledged")] long Unacknowledged
);
