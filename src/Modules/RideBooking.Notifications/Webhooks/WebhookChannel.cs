using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using RideBooking.EventLog;
using RideBooking.Notifications.Deliveries;
using RideBooking.Platform.Persistence;

namespace RideBooking.Notifications.Webhooks;

/// <summary>Posts events to partners' webhooks, signed as Standard Webhooks defines it.</summary>
/// <remarks>
/// The body is the envelope of the event log, with personal data redacted as if its rider had been forgotten: a partner does not learn
/// where a rider was. The address is checked when it is connected to, so a name that later leads to a private address is refused.
/// </remarks>
internal sealed class WebhookChannel : IDeliveryChannel, IDisposable
{
    public const string IdHeader = "webhook-id";
    public const string TimestampHeader = "webhook-timestamp";
    public const string SignatureHeader = "webhook-signature";

    // A receiver that moves is found after this time.
    static readonly TimeSpan s_connectionLifetime = TimeSpan.FromMinutes(5);

    readonly WebhookOptions _options;
    readonly PartnerSecret _secrets;
    readonly JsonSerializerOptions _json;
    readonly TimeProvider _clock;
    readonly HttpClient _http;

    public WebhookChannel(WebhookOptions options, PartnerSecret secrets, IOptions<JsonOptions> json, TimeProvider clock)
    {
        (_options, _secrets, _json, _clock) = (options, secrets, json.Value.SerializerOptions, clock);
        _http = new HttpClient(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                // A proxy would connect to addresses that were not checked.
                UseProxy = false,
                ConnectCallback = Connect,
                PooledConnectionLifetime = s_connectionLifetime,
                // No trace has the address, which may contain a secret, and the receiver learns of none.
                ActivityHeadersPropagator = null,
            }
        )
        {
            Timeout = SendDeliveries.Timeout,
        };
    }

    public string Name => DeliveryChannel.Webhook;

    public bool IsOn => true;

    public async Task<DeliveryResult> Send(
        Delivery delivery,
        LoggedEvent logged,
        AppDbContext db,
        CancellationToken cancellationToken
    )
    {
        var id = Guid.Parse(delivery.Recipient);
        var partner = await db.Set<Partner>()
            .AsNoTracking()
            .SingleOrDefaultAsync(row => row.Id == id && row.DisabledAt == null, cancellationToken);
        if (partner is null)
            return DeliveryResult.Refused("The partner is disabled.");
        // The setting may have changed since the partner was created.
        if (PublicAddress.Check(partner.Url, _options) is { } wrong)
            return DeliveryResult.Refused($"The partner's address {wrong}.");
        return _secrets.Read(partner) is { } key
            ? await Post(partner.Url, key, delivery.EventId, Body(logged), cancellationToken)
            : DeliveryResult.Refused("The application's secret was changed: create the partner again.");
    }

    public void Dispose() => _http.Dispose();

    byte[] Body(LoggedEvent logged)
    {
        var envelope = EventEnvelope.Of(logged);
        if (EventCatalogue.Published.Find(envelope.EventType, envelope.Version)?.Personal is { } personal)
            envelope = envelope with { Payload = JsonElement.Parse(personal.Redact(envelope.Payload.GetRawText())) };
        return JsonSerializer.SerializeToUtf8Bytes(envelope, _json);
    }

    async Task<DeliveryResult> Post(
        string url,
        byte[] key,
        Guid eventId,
        byte[] body,
        CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url);
        request.Content = new ByteArrayContent(body)
        {
            Headers = { ContentType = new MediaTypeHeaderValue(MediaTypeNames.Application.Json, "utf-8") },
        };
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("RideBooking", null));
        var id = eventId.ToString();
        var timestamp = _clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        request.Headers.Add(IdHeader, id);
        request.Headers.Add(TimestampHeader, timestamp);
        request.Headers.Add(SignatureHeader, Sign(key, id, timestamp, body));
        try
        {
            using var response = await _http.SendAsync(
                request,
                HttpCompletionOption.ResponseHeadersRead,
                cancellationToken
            );
            return response.IsSuccessStatusCode
                ? DeliveryResult.Delivered
                : DeliveryResult.Failed($"The receiver answered {(int)response.StatusCode}.");
        }
        catch (HttpRequestException exception)
        {
            // It names host and port only.
            return DeliveryResult.Failed(exception.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return DeliveryResult.Failed($"The receiver did not answer within {_http.Timeout.TotalSeconds:0} s.");
        }
    }

    async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var found = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellationToken);
        var allowed = Array.FindAll(found, address => _options.AllowPrivateTargets || address.IsPublic());
        if (allowed.Length == 0)
            throw new HttpRequestException("The name of the receiver leads to a private address.");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    static string Sign(byte[] key, string id, string timestamp, byte[] body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        return $"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, signed))}";
    }
}
