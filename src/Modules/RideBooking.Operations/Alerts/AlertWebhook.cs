using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace RideBooking.Operations.Alerts;

/// <summary>Posts notifications of alerts, signed as Standard Webhooks defines it if there is a secret.</summary>
internal sealed class AlertWebhook : IDisposable
{
    public const string IdHeader = "webhook-id";
    public const string TimestampHeader = "webhook-timestamp";
    public const string SignatureHeader = "webhook-signature";

    // A receiver that moves is found after this time.
    static readonly TimeSpan s_connectionLifetime = TimeSpan.FromMinutes(5);

    readonly HttpClient _http = new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionLifetime = s_connectionLifetime,
            // No trace has the address, which may contain a secret, and the receiver learns of none.
            ActivityHeadersPropagator = null,
        }
    )
    {
        Timeout = SendAlertNotifications.Timeout,
    };

    /// <summary>Posts a notification.</summary>
    /// <returns>Why it was not accepted; null if it was.</returns>
    public async Task<string?> Post(
        WebhookOptions receiver,
        AlertNotification notification,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(
            Body.Of(notification, receiver.PublicUrl),
            JsonSerializerOptions.Web
        );
        using var request = new HttpRequestMessage(HttpMethod.Post, receiver.Url);
        request.Content = new ByteArrayContent(body)
        {
            Headers = { ContentType = new MediaTypeHeaderValue(MediaTypeNames.Application.Json, "utf-8") },
        };
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("RideBooking", null));
        if (receiver.Url.UserInfo.Length > 0)
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Basic",
                Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(receiver.Url.UserInfo)))
            );
        var id = notification.Id.ToString();
        var timestamp = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        request.Headers.Add(IdHeader, id);
        request.Headers.Add(TimestampHeader, timestamp);
        if (receiver.Key is { } key)
            request.Headers.Add(SignatureHeader, Sign(key, id, timestamp, body));
        try
        {
            using var response = await _http.SendAsync(
                request,
                HttpCompletionOption.ResponseHeadersRead,
                cancellationToken
            );
            return response.IsSuccessStatusCode ? null : $"The receiver answered {(int)response.StatusCode}.";
        }
        catch (HttpRequestException exception)
        {
            // It names host and port only.
            return exception.Message;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"The receiver did not answer within {_http.Timeout.TotalSeconds:0} s.";
        }
    }

    public void Dispose() => _http.Dispose();

    static string Sign(byte[] key, string id, string timestamp, byte[] body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        return $"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, signed))}";
    }

    /// <summary>What the receiver gets. docs/operating/metrics-and-alerts.md explains it.</summary>
    sealed record Body(
        Guid Id,
        string Alert,
        string? Subject,
        string Status,
        DateTimeOffset Since,
        DateTimeOffset? EndedAt,
        double Value,
        double? Limit,
        string Text,
        string? Page
    )
    {
        public static Body Of(AlertNotification notification, string? publicUrl) =>
            new(
                notification.Id,
                notification.AlertName,
                notification.Subject.Length == 0 ? null : notification.Subject,
                notification.EndedAt is null ? AlertView.Firing : AlertView.Ended,
                notification.Since,
                notification.EndedAt,
                notification.Value,
                notification.Limit,
                notification.Text,
                publicUrl is null ? null : publicUrl + AlertPage.PathOf(notification.AlertName, notification.Subject)
            );
    }
}
