using Microsoft.Extensions.Configuration;
using RideBooking.Platform.Configuration;

namespace RideBooking.Platform.Http.Limits;

/// <summary>The limits per caller. A caller is identified by the token, or by the address without one.</summary>
/// <param name="Requests"><c>Limits:Requests</c>: requests of one caller, per second in the long run.</param>
/// <param name="Burst"><c>Limits:Burst</c>: requests of one caller at once.</param>
/// <param name="AnonymousRequests"><c>Limits:AnonymousRequests</c>: requests without a token from one address, per second.</param>
/// <param name="AnonymousBurst"><c>Limits:AnonymousBurst</c>: the same at once.</param>
/// <param name="BulkRequests"><c>Limits:BulkRequests</c>: automatic requests of a device, per caller and second.</param>
/// <param name="Streams"><c>Limits:Streams</c>: live streams of one caller at the same time.</param>
/// <param name="RequestTimeout"><c>Limits:RequestTimeout</c>: how long answering may take, except for live streams.</param>
/// <param name="HeadersTimeout"><c>Limits:HeadersTimeout</c>: how long a client may take to send a request's headers.</param>
internal sealed record LimitOptions(
    double Requests,
    int Burst,
    double AnonymousRequests,
    int AnonymousBurst,
    double BulkRequests,
    int Streams,
    TimeSpan RequestTimeout,
    TimeSpan HeadersTimeout
)
{
    const decimal Min = 0.001m;
    const decimal Max = 1_000_000m;

    public static LimitOptions Read(IConfiguration configuration) =>
        new(
            (double)configuration.Number("Limits:Requests", defaultValue: 100, min: Min, max: Max),
            (int)configuration.Number("Limits:Burst", defaultValue: 1000, min: 1, max: Max),
            (double)configuration.Number("Limits:AnonymousRequests", defaultValue: 20, min: Min, max: Max),
            (int)configuration.Number("Limits:AnonymousBurst", defaultValue: 200, min: 1, max: Max),
            (double)configuration.Number("Limits:BulkRequests", defaultValue: 20, min: Min, max: Max),
            (int)configuration.Number("Limits:Streams", defaultValue: 32, min: 1, max: Max),
            configuration.Span("Limits:RequestTimeout", TimeSpan.FromSeconds(20)),
            configuration.Span("Limits:HeadersTimeout", TimeSpan.FromSeconds(15))
        );
}
