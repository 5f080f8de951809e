using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RideBooking.TestKit.Observability;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Platform.Observability;

/// <summary>The whole application in this process, with access to its log and metrics.</summary>
public sealed class WatchedHost()
    : HostInProcess(
        ("Messaging:Retry", "00:00:00.010,00:00:00.050,00:00:00.200"),
        ("Messaging:Redelivery", ""),
        ("Logging:LogLevel:RideBooking", "Debug"),
        ("Logging:LogLevel:Microsoft.EntityFrameworkCore.ChangeTracking", "Debug"),
        // The test decides when the gauges are polled.
        ("Metrics:Interval", "1.00:00:00")
    )
{
    internal ScopedLog Log { get; } = new();

    internal Meters Meters() => new(Services);

    protected override void Configure(IServiceCollection services) => services.AddSingleton<ILoggerProvider>(Log);
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
