using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;

namespace RideBooking.Platform.Http;

/// <summary>
/// So many requests and live streams per caller; more are answered 429 with <c>Retry-After</c> before any work is done.
/// Callers with a token count by it, however many share an address; all others by their address.
/// </summary>
internal static class RateLimits
{
    const int NetworkBytes = 8;
    static readonly TimeSpan s_streamMayEnd = TimeSpan.FromSeconds(5);

    // What a device sends by itself may pile up while it is out of reach, and then comes at once.
    const int BulkBurstSeconds = 10;

    public static void AddRateLimits(this IServiceCollection services, LimitSettings settings) =>
        services.AddRateLimiter(limiter =>
        {
            limiter.GlobalLimiter = PartitionedRateLimiter.CreateChained(
                PartitionedRateLimiter.Create<HttpContext, string>(context => Requests(context, settings)),
                PartitionedRateLimiter.Create<HttpContext, string>(context => Streams(context, settings))
            );
            limiter.OnRejected = Refuse;
        });

    static RateLimitPartition<string> Requests(HttpContext context, LimitSettings settings) =>
        CallerOf(context) is not { } caller
            ? Bucket($"address {AddressOf(context)}", settings.AnonymousRequests, settings.AnonymousBurst)
        : Is<SentInBulk>(context)
            ? Bucket(
                $"bulk {caller}",
                settings.BulkRequests,
                (int)Math.Ceiling(settings.BulkRequests * BulkBurstSeconds)
            )
        : Bucket($"caller {caller}", settings.Requests, settings.Burst);

    static RateLimitPartition<string> Streams(HttpContext context, LimitSettings settings) =>
        Is<LiveStream>(context)
            ? RateLimitPartition.GetConcurrencyLimiter(
                CallerOf(context) ?? $"address {AddressOf(context)}",
                _ => new ConcurrencyLimiterOptions { PermitLimit = settings.Streams }
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
                counted ? "Too many requests; slow down." : "Too many live streams at once; end one of them first.",
                (Problem.RetryAfter, (int)Math.Max(1, Math.Ceiling((counted ? wait : s_streamMayEnd).TotalSeconds)))
            )
            .ExecuteAsync(rejected.HttpContext);
    }

    static string? CallerOf(HttpContext context) => Caller.From(context.User)?.Id;

    // Of an IPv6 address the network: everybody who has one has all of it.
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

/// <summary>Marks an endpoint that answers with a live stream: it has no end to wait for, and so many a caller may have.</summary>
internal sealed class LiveStream;

/// <summary>Marks what a device sends by itself all the time.</summary>
internal sealed class SentInBulk;

/// <summary>How an endpoint counts towards its caller's limits.</summary>
public static class CountedApart
{
    /// <summary>
    /// A device sends this by itself all the time: it has a budget of its own and uses up nothing of what its user may do.
    /// </summary>
    public static TBuilder InBulk<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new SentInBulk());
}
