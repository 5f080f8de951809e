using RideBooking.Benchmarks.Saga;

namespace RideBooking.Benchmarks;

/// <summary>What servers and bus can do at max: measured while nothing else is on them, in the run that is compared with it.</summary>
/// <param name="CommitsPerSecond">Durable transactions of one row each that the database commits; null where that is not measured.</param>
/// <param name="MessagesPerSecond">Messages that broker and bus carry to a consumer that does nothing.</param>
sealed record Limits(double? CommitsPerSecond, double MessagesPerSecond)
{
    static readonly TimeSpan s_time = TimeSpan.FromSeconds(5);
    static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(3);

    public static async Task<Limits> Measure(
        SagaServers servers,
        Action<string> say,
        CancellationToken cancellationToken
    )
    {
        await servers.Renew();
        say("commits of the database");
        var commits = await servers.CommitsPerSecond(s_time, cancellationToken);
        say("messages that nobody works on");
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
