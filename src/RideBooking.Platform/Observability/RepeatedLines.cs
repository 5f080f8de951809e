using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace RideBooking.Platform.Observability;

/// <summary>
/// The console's log, in which a warning or an error that repeats is written once in full, a few times in short, and then
/// counted: an outage or a poison message would else fill a disk with the same stack trace.
/// </summary>
/// <remarks>Two lines are the same when category, event, template and type of exception are. Other log providers, such as
/// OTLP, get every line.</remarks>
[ProviderAlias("Console")]
internal sealed class RepeatedLines : ILoggerProvider, ISupportExternalScope
{
    /// <summary>How many lines of a kind are written in short within one <see cref="Window"/>, after the one in full.</summary>
    public const int InShort = 10;

    /// <summary>After this time what was not written is summed up in one line.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    /// <summary>What has not happened for so long is written in full again.</summary>
    public static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(1);

    readonly ILoggerProvider _console;
    readonly TimeProvider _clock;
    readonly ConcurrentDictionary<Kind, Repetition> _kinds = new();
    readonly ITimer _timer;

    public RepeatedLines(ILoggerProvider console, TimeProvider clock)
    {
        _console = console;
        _clock = clock;
        _timer = clock.CreateTimer(_ => SumUp(), null, Window, Window);
    }

    /// <summary>Puts this before the console's provider.</summary>
    public static void Use(IServiceCollection services)
    {
        var console = services.FirstOrDefault(service =>
            service.ServiceType == typeof(ILoggerProvider)
            && service.ImplementationType == typeof(ConsoleLoggerProvider)
        );
        if (console is null)
            return;
        services.Remove(console);
        services.AddSingleton<ConsoleLoggerProvider>();
        services.AddSingleton<ILoggerProvider>(provider => new RepeatedLines(
            provider.GetRequiredService<ConsoleLoggerProvider>(),
            TimeProvider.System
        ));
    }

    /// <inheritdoc />
    public ILogger CreateLogger(string categoryName) =>
        new Logger(this, categoryName, _console.CreateLogger(categoryName));

    /// <inheritdoc />
    public void SetScopeProvider(IExternalScopeProvider scopeProvider) =>
        (_console as ISupportExternalScope)?.SetScopeProvider(scopeProvider);

    /// <inheritdoc />
    public void Dispose()
    {
        _timer.Dispose();
        SumUp();
        _console.Dispose();
    }

    void SumUp()
    {
        var now = _clock.GetTimestamp();
        foreach (var (kind, repetition) in _kinds)
        {
            if (repetition.Take(out var logger, out var level) is var count and > 0)
                logger.Log(
                    level,
                    "{Count} more of this in the last {Seconds} s: {Line}",
                    count,
                    Window.TotalSeconds,
                    kind
                );
            if (_clock.GetElapsedTime(repetition.Last, now) > Forgotten)
                _kinds.TryRemove(KeyValuePair.Create(kind, repetition));
        }
    }

    /// <summary>What makes two lines the same.</summary>
    sealed record Kind(string Category, int Event, string Template, Type? Exception)
    {
        public override string ToString() => Exception is null ? Template : $"{Template} ({Exception.Name})";
    }

    /// <summary>How often a kind was logged within this window.</summary>
    sealed class Repetition
    {
        readonly Lock _lock = new();
        int _written;
        int _withheld;
        bool _known;
        ILogger? _logger;
        LogLevel _level;

        public long Last { get; private set; }

        /// <summary>Decides on one more line.</summary>
        /// <returns>Null to write it in full, true in short, false not at all.</returns>
        public bool? Add(ILogger logger, LogLevel level, long now)
        {
            lock (_lock)
            {
                Last = now;
                (_logger, _level) = (logger, level);
                if (!_known)
                {
                    _known = true;
                    return null;
                }
                if (_written < InShort)
                {
                    _written++;
                    return true;
                }
                _withheld++;
                return false;
            }
        }

        /// <summary>Ends the window.</summary>
        /// <returns>How many lines were not written.</returns>
        public int Take(out ILogger logger, out LogLevel level)
        {
            lock (_lock)
            {
                (logger, level) = (_logger!, _level);
                var withheld = _withheld;
                (_written, _withheld) = (0, 0);
                return withheld;
            }
        }
    }

    sealed class Logger(RepeatedLines lines, string category, ILogger console) : ILogger
    {
        const string Template = "{OriginalFormat}";

        // The framework logs why a start failed and throws it as well: Program tells it, in one line where it can.
        const int StartFailed = 11;
        readonly bool _isHost = category == "Microsoft.Extensions.Hosting.Internal.Host";

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => console.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => console.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (_isHost && eventId.Id == StartFailed)
                return;
            var written =
                logLevel < LogLevel.Warning
                    ? null
                    : lines
                        ._kinds.GetOrAdd(
                            new Kind(
                                category,
                                eventId.Id,
                                TemplateOf(state, exception, formatter),
                                exception?.GetType()
                            ),
                            static _ => new Repetition()
                        )
                        .Add(console, logLevel, lines._clock.GetTimestamp());
            if (written is null)
                console.Log(logLevel, eventId, state, exception, formatter);
            else if (written.Value)
                console.Log(
                    logLevel,
                    eventId,
                    state,
                    null,
                    (line, _) => InOneLine(formatter(line, exception), exception)
                );
        }

        static string TemplateOf<TState>(TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (state is IReadOnlyList<KeyValuePair<string, object?>> values)
                for (var at = values.Count - 1; at >= 0; at--)
                    if (values[at].Key == Template)
                        return values[at].Value?.ToString() ?? "";
            return formatter(state, exception);
        }

        static string InOneLine(string line, Exception? exception)
        {
            if (exception is null)
                return line;
            var cause = exception.GetBaseException();
            return $"{line} ({cause.GetType().Name}: {cause.Message.ReplaceLineEndings(" ")})";
        }
    }
}
