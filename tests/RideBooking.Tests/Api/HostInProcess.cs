using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace RideBooking.Tests.Api;

/// <summary>
/// The whole application in this process, stopped once, by Program, as on a signal. The factory would stop it a second time in
/// parallel (dotnet/aspnetcore#40271): services were disposed while the bus still consumed, and the scheduler's thread stayed.
/// </summary>
public abstract class HostInProcess : WebApplicationFactory<Program>
{
    /// <summary>Creates a client whose answers must match the OpenAPI document.</summary>
    public new HttpClient CreateClient() => CreateDefaultClient(new DescribedAnswers());

    protected override IHost CreateHost(IHostBuilder builder)
    {
        var lastStopped = new LastStopped();
        // Services are disposed in the reverse order of their creation.
        builder.ConfigureServices(services =>
            services.Insert(0, ServiceDescriptor.Singleton<IHostedService>(_ => lastStopped))
        );
        return new EndedByProgram(base.CreateHost(builder), lastStopped.Stopped);
    }

    sealed class EndedByProgram(IHost host, Task stopped) : IHost
    {
        static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(1);

        public IServiceProvider Services => host.Services;

        public Task StartAsync(CancellationToken cancellationToken = default) => host.StartAsync(cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken = default)
        {
            if (!stopped.IsCompleted)
                Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
            return stopped.WaitAsync(s_timeout, cancellationToken);
        }

        // Program disposes it.
        public void Dispose() { }
    }

    sealed class LastStopped : IHostedService, IDisposable
    {
        readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Stopped => _stopped.Task;

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose() => _stopped.TrySetResult();
    }
}
