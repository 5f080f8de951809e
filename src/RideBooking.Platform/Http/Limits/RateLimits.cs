using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Problems;

namespace RideBooking.Platform.Http.Limits;

/// <summary>
/// Limits the requests and live streams per caller. More are answered 429 with <c>Retry-After</c> before any work is done.
/// </summary>
/// <remarks>
/// Callers with a token or a session are counted by it, even if many share an address. All others are counted by address.
/// </remarks>
internal static class RateLimits
{
    const int NetworkBytes = 8;
    static readonly TimeSpan s_streamMayEnd = TimeSpan.FromSeconds(5);

    // Automatic requests of a device accumulate while it is offline, and then arrive at once.
    const int BulkBurstSeconds = 10;

    public static void AddRateLimits(this IServiceCollection services, LimitOptions options) =>
        services.AddRateLimiter(limiter =>
        {
            limiter.GlobalLimiter = PartitionedRateLimiter.CreateChained(
                PartitionedRateLimiter.Create<HttpContext, string>(context => Requests(context, options)),
                PartitionedRateLimiter.Create<HttpContext, string>(context => Streams(context, options))
            );
            limiter.OnRejected = Refuse;
        });

    static RateLimitPartition<string> Requests(HttpContext context, LimitOptions options) =>
        CallerOf(context) is not { } caller
            ? Bucket($"address {AddressOf(context)}", options.AnonymousRequests, options.AnonymousBurst)
        : Is<SentInBulk>(context)
            ? Bucket($"bulk {caller}", options.BulkRequests, (int)Math.Ceiling(options.BulkRequests * BulkBurstSeconds))
        : Bucket($"caller {caller}", options.Requests, options.Burst);

    static RateLimitPartition<string> Streams(HttpContext context, LimitOptions options) =>
        Is<LiveStream>(context)
            ? RateLimitPartition.GetConcurrencyLimiter(
                CallerOf(context) ?? $"address {AddressOf(context)}",
                _ => new ConcurrencyLimiterOptions { PermitLimit = options.Streams }
            )
            : RateLimitPartition.GetNoLimiter("");

    static RateLimitPartition<string> Bucket(string whose, double perSecond, int burst) =>
        RateLimitPartition.GetTokenBucketLimiter(
            whose,
            _ =>
            {
                var tokens = Math.Max(1, (int)perSecond);
                return new TokenBucketRateLimiterOptions
                {
                    TokenLimit = burst,
                    TokensPerPeriod = tokens,
                    ReplenishmentPeriod = TimeSpan.FromSeconds(tokens / perSecond),
                };
            }
        );

    static async ValueTask Refuse(OnRejectedContext rejected, CancellationToken cancellationToken)
    {
        var counted = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait);
        await Problem
            .Of(
                StatusCodes.Status429TooManyRequests,
                ProblemCode.RateLimited,
                counted
                    ? "Too many requests; retry after the time in Retry-After."
                    : "Too many live streams at once; close one of them first.",
                (Problem.RetryAfter, (int)Math.Max(1, Math.Ceiling((counted ? wait : s_streamMayEnd).TotalSeconds)))
            )
            .ExecuteAsync(rejected.HttpContext);
    }

    // The pages of a session call the API with a token, so they do not share its limits.
    static string? CallerOf(HttpContext context) =>
        Caller.From(context.User)?.Id
        ?? (context.User.Identity is { IsAuthenticated: true, Name: { } name } ? $"session {name}" : null);

    // The network of an IPv6 address: a client controls all addresses in it.
    static string AddressOf(HttpContext context) =>
        context.Connection.RemoteIpAddress switch
        {
            null => "unknown",
            { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false } address => Convert.ToHexString(
                address.GetAddressBytes(),
                0,
                NetworkBytes
            ),
            var address => address.ToString(),
        };

    static bool Is<T>(HttpContext context)
        where T : class => context.GetEndpoint()?.Metadata.GetMetadata<T>() is not null;
}

/// <summary>Marks an endpoint that answers with a live stream: it has no request timeout, and a limit per caller.</summary>
internal sealed class LiveStream;

/// <summary>Declares endpoints whose answers last as long as the client wants.</summary>
public static class LiveStreams
{
    /// <summary>Gives the endpoint no request timeout, but counts it as a live stream of its caller.</summary>
    public static TBuilder IsLiveStream<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new LiveStream());
}

/// <summary>Marks requests that a device sends automatically all the time.</summary>
internal sealed class SentInBulk;

/// <summary>Declares endpoints whose requests a device sends in bulk.</summary>
public static class BulkRequests
{
    /// <summary>Counts the endpoint's requests separately.</summary>
    /// <remarks>
    /// A device sends them automatically all the time, so they must not use up the limit of its user's other requests.
    /// </remarks>
    public static TBuilder InBulk<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new SentInBulk());
}
