using System.Collections.Concurrent;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RideBooking.Tests.Api;

namespace RideBooking.Tests.Observability;

/// <summary>The whole application in this process, with access to its log and metrics.</summary>
public sealed class WatchedHost : HostInProcess
{
    readonly string _folder = Directory.CreateTempSubdirectory("ridebooking-watched-").FullName;

    internal ScopedLog Log { get; } = new();

    public City City => new(CreateClient);

    internal Meters Meters() => new(Services);

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Development");
        builder.UseSetting("ConnectionStrings:RideBooking", $"Data Source={Path.Combine(_folder, "ridebooking.db")}");
        builder.UseSetting("Messaging:Retry", "00:00:00.010,00:00:00.050,00:00:00.200");
        builder.UseSetting("Messaging:Redelivery", "");
        builder.UseSetting("Logging:LogLevel:RideBooking", "Debug");
        builder.ConfigureLogging(logging => logging.AddProvider(Log));
        // The test decides when the gauges are polled.
        builder.UseSetting("Metrics:Interval", "1.00:00:00");
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <param name="Category">The logger.</param>
/// <param name="Level">The log level.</param>
/// <param name="Text">The message.</param>
/// <param name="Scopes">The members of all scopes it was logged in.</param>
internal sealed record ScopedLine(
    string Category,
    LogLevel Level,
    string Text,
    IReadOnlyDictionary<string, string?> Scopes
);

/// <summary>Collects the log lines with their scopes, as a structured log does.</summary>
internal sealed class ScopedLog : ILoggerProvider, ISupportExternalScope
{
    readonly ConcurrentQueue<ScopedLine> _lines = new();
    IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

    public IReadOnlyList<ScopedLine> Lines => [.. _lines];

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, this);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose() { }

    sealed class Logger(string category, ScopedLog log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => log._scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            var members = new Dictionary<string, string?>();
            log._scopes.ForEachScope(
                (scope, into) =>
                {
                    foreach (var (name, value) in scope as IEnumerable<KeyValuePair<string, object?>> ?? [])
                        into[name] = value?.ToString();
                },
                members
            );
            log._lines.Enqueue(new(category, logLevel, $"{formatter(state, exception)} {exception}", members));
        }
    }
}
