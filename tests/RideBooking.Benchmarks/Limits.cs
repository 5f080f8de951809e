using RideBooking.Benchmarks.Saga;

namespace RideBooking.Benchmarks;

/// <summary>The maximum throughput of servers and bus, measured in the same run without other load.</summary>
/// <param name="CommitsPerSecond">Durable single-row transactions that the database commits; null if not measured.</param>
/// <param name="MessagesPerSecond">Messages that broker and bus deliver to a consumer without work.</param>
sealed record Limits(double? CommitsPerSecond, double MessagesPerSecond)
{
    static readonly TimeSpan s_time = TimeSpan.FromSeconds(5);
    static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(3);

    public static async Task<Limits> Measure(
        SagaServers servers,
        Action<string> report,
        CancellationToken cancellationToken
    )
    {
        await servers.Renew();
        report("commits of the database");
        var commits = await servers.CommitsPerSecond(s_time, cancellationToken);
        report("messages without work");
        using var host = await NoOpHost.Start(servers, cancellationToken);
        try
        {
            await NoOpHost.Drive(host, s_warmUp, cancellationToken);
            return new Limits(commits, await NoOpHost.Drive(host, s_time, cancellationToken));
        }
        finally
        {
            await host.StopAsync(CancellationToken.None);
        }
    }
}
