using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace RideBooking.Tests.Api;

/// <summary>
/// The whole application in this process, ended as a signal ends it: once, by Program. The factory would stop it a second time
/// beside that (dotnet/aspnetcore#40271): services were gone while the bus still consumed, and the scheduler's thread stayed.
/// </summary>
public abstract class HostInProcess : WebApplicationFactory<Program>
{
    /// <summary>A client whose answers must be those that the OpenAPI document describes.</summary>
    public new HttpClient CreateClient() => CreateDefaultClient(new DescribedAnswers());

    protected override IHost CreateHost(IHostBuilder builder)
    {
        var lastToGo = new LastToGo();
        // Services are disposed in the reverse order of their making.
        builder.ConfigureServices(services =>
            services.Insert(0, ServiceDescriptor.Singleton<IHostedService>(_ => lastToGo))
        );
        return new EndedByProgram(base.CreateHost(builder), lastToGo.Gone);
    }

    sealed class EndedByProgram(IHost host, Task gone) : IHost
    {
        static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

        public IServiceProvider Services => host.Services;

        public Task StartAsync(CancellationToken cancellationToken = default) => host.StartAsync(cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken = default)
        {
            if (!gone.IsCompleted)
                Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
            return gone.WaitAsync(s_patience, cancellationToken);
        }

        // Program disposes of it.
        public void Dispose() { }
    }

    sealed class LastToGo : IHostedService, IDisposable
    {
        readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Gone => _gone.Task;

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose() => _gone.TrySetResult();
    }
}
