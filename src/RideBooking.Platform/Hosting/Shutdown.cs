using System.Net.Sockets;
using MassTransit;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using RideBooking.Platform.Configuration;
using ConfigurationException = RideBooking.Platform.Configuration.ConfigurationException;
using IHost = Microsoft.Extensions.Hosting.IHost;

namespace RideBooking.Platform.Hosting;

/// <summary>Stops a host: it accepts no more requests and messages, and finishes those in flight.</summary>
/// <remarks>
/// Work that does not finish in time is rolled back. The broker redelivers it, or it is done after the next start.
/// </remarks>
internal static class Shutdown
{
    // Less than the 30 seconds after which Kubernetes kills the process.
    static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(25);

    // For work that ends when the time is up, and for disposal.
    static readonly TimeSpan s_tolerance = TimeSpan.FromSeconds(3);

    public static void AddShutdown(this IServiceCollection services, IConfiguration configuration)
    {
        var timeout = configuration.Span("Shutdown:Timeout", s_timeout);
        services.Configure<HostOptions>(host => host.ShutdownTimeout = timeout);
        services.Configure<MassTransitHostOptions>(bus =>
        {
            bus.StopTimeout = timeout;
            // Then their tokens are cancelled. The rollback and the return to the broker need time, too.
            bus.ConsumerStopTimeout = timeout * 0.7;
        });
    }

    /// <summary>Runs until asked to stop.</summary>
    /// <param name="app">The host. It is disposed of.</param>
    /// <param name="whenDisposed">Called afterwards, unless work that ignores its cancellation is abandoned.</param>
    /// <returns>The exit code: 0 even if the time was not enough, because nothing is lost.</returns>
    /// <exception cref="ConfigurationException">The address cannot be used, for example because another process has it.</exception>
    public static async Task<int> RunToEnd(IHost app, Action? whenDisposed = null)
    {
        var stopping = app.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        var timeout = app.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout;
        var run = Run(app, whenDisposed, stopping);
        // Work that ignores its cancellation is abandoned when the process ends.
        if (await Task.WhenAny(run, After(timeout + s_tolerance, stopping)) == run)
            return await run;
        ReportUnfinishedWork();
        return 0;
    }

    static async Task<int> Run(IHost app, Action? whenDisposed, CancellationToken cancellationToken)
    {
        try
        {
            await using var _ = (IAsyncDisposable)app;
            await Start(app);
            await app.WaitForShutdownAsync(CancellationToken.None);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            ReportUnfinishedWork();
        }
        finally
        {
            whenDisposed?.Invoke();
        }
        return 0;
    }

    static async Task After(TimeSpan time, CancellationToken cancellationToken)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (cancellationToken.Register(begun.SetResult))
            await begun.Task;
        await Task.Delay(time, CancellationToken.None);
    }

    static void ReportUnfinishedWork() =>
        Console.WriteLine(
            "Stopped before everything in flight was finished (Shutdown:Timeout); the rest is done after the next start."
        );

    static async Task Start(IHost app)
    {
        try
        {
            await app.StartAsync();
        }
        catch (Exception exception) when (IsAddressError(exception))
        {
            // The parts that have already started stop in order, as they would later.
            await app.StopAsync();
            throw new ConfigurationException($"Urls: {exception.Message.ReplaceLineEndings(" ")}");
        }
    }

    // A port that is in use, forbidden or invalid, an address of another machine, https without a certificate.
    static bool IsAddressError(Exception exception) =>
        exception is IOException { InnerException: AddressInUseException } or SocketException
        || (
            exception is ArgumentException or InvalidOperationException
            && exception.Source?.StartsWith("Microsoft.AspNetCore.Server.Kestrel", StringComparison.Ordinal) == true
        );
}
