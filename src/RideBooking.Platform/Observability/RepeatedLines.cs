using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace RideBooking.Platform.Observability;

/// <summary>
/// Writes the console's log. A repeated warning or error is written once in full, a few times in short, and then counted. A
/// warning of a conflict between transactions is always written in short.
/// </summary>
/// <remarks>
/// An outage or a poison message would otherwise fill a disk with the same stack trace. Two lines are the same if category,
/// event, template and exception type are. Other log providers, such as OTLP, get every line.
/// </remarks>
[ProviderAlias("Console")]
internal sealed class RepeatedLines : ILoggerProvider, ISupportExternalScope
{
    /// <summary>
    /// The number of lines of a kind that are written in short within one <see cref="Window"/>, after the full one.
    /// </summary>
    public const int InShort = 10;

    /// <summary>The period after which one line reports how many lines were not written.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    /// <summary>The time without an occurrence after which a line is written in full again.</summary>
    public static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(1);

    readonly ILoggerProvider _console;
    readonly TimeProvider _clock;
    readonly ConcurrentDictionary<Kind, Repetition> _kinds = new();
    readonly ITimer _timer;

    public RepeatedLines(ILoggerProvider console, TimeProvider clock)
    {
        _console = console;
        _clock = clock;
        _timer = clock.CreateTimer(_ => Summarize(), null, Window, Window);
    }

    /// <summary>Replaces the console's provider with this one.</summary>
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
        Summarize();
        _console.Dispose();
    }

    void Summarize()
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

    /// <summary>The properties that make two lines the same.</summary>
    sealed record Kind(string Category, int Event, string Template, Type? Exception)
    {
        public override string ToString() => Exception is null ? Template : $"{Template} ({Exception.Name})";
    }

    /// <summary>Counts the lines of a kind within the current window.</summary>
    sealed class Repetition
    {
        readonly Lock _lock = new();
        int _written;
        int _withheld;
        bool _known;
        ILogger? _logger;
        LogLevel _level;

        public long Last { get; private set; }

        /// <summary>Decides how to write one more line.</summary>
        /// <returns>Null: in full. True: in short. False: not at all.</returns>
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
        /// <returns>The number of lines that were not written.</returns>
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

        // The framework logs why a start failed, and also throws it. Program reports it, in one line if possible.
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
            // Two transactions met, and one of them is retried: a stack trace would only alarm.
            if (written is null && logLevel == LogLevel.Warning && DatabaseConflicts.IsConflict(exception))
                written = true;
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
