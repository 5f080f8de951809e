using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RideBooking.Platform.Persistence;
using RideBooking.TestKit.Api;
using RideBooking.TestKit.Persistence;
using RideBooking.Tests.Platform.Http.OpenApi;

namespace RideBooking.Tests.Host;

/// <summary>
/// The whole application in this process with its defaults: SQLite in a temporary folder, the in-memory transport, Quartz.
/// </summary>
/// <remarks>
/// It is stopped once, by Program, as on a signal. The factory would stop it a second time in parallel
/// (dotnet/aspnetcore#40271): services were disposed while the bus still consumed, and the scheduler's thread stayed.
/// </remarks>
/// <param name="settings">The settings that differ from the defaults.</param>
public abstract class HostInProcess(params (string Key, string Value)[] settings) : WebApplicationFactory<Program>
{
    readonly string _folder = Directory.CreateTempSubdirectory("ridebooking-host-").FullName;

    /// <summary>Creates riders, drivers and operators.</summary>
    public virtual City City => new(CreateClient);

    public string ConnectionString => $"Data Source={Path.Combine(_folder, "ridebooking.db")}";

    /// <summary>Creates a client whose answers must match the OpenAPI document.</summary>
    public new HttpClient CreateClient() => CreateDefaultClient(new DescribedAnswers());

    /// <summary>Adds services to the application's, or replaces some of them.</summary>
    protected virtual void Configure(IServiceCollection services) { }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Development");
        builder.UseSetting("ConnectionStrings:RideBooking", ConnectionString);
        foreach (var (key, value) in settings)
            builder.UseSetting(key, value);
        builder.ConfigureTestServices(services =>
        {
            services.ConfigureDbContext<SqliteAppDbContext>(db =>
                db.AddInterceptors(new SqliteSynchronousOff()).ThrowOnUnorderedRows()
            );
            Configure(services);
        });
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

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
        public IServiceProvider Services => host.Services;

        public Task StartAsync(CancellationToken cancellationToken = default) => host.StartAsync(cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken = default)
        {
            if (!stopped.IsCompleted)
                Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
            return stopped.WaitAsync(WaitFor.Limit, cancellationToken);
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
