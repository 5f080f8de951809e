using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using RideBooking.Platform.Observability;

namespace RideBooking.Tests.Platform.Observability;

public sealed partial class RepeatedLinesTests : IDisposable
{
    readonly FakeTimeProvider _clock = new();
    readonly Written _console = new();
    readonly RepeatedLines _lines;
    readonly ILogger _logger;

    public RepeatedLinesTests()
    {
        _lines = new RepeatedLines(_console, _clock);
        _logger = _lines.CreateLogger("Rides");
    }

    [Fact]
    public void The_first_line_has_its_stack_trace_and_the_next_ones_one_line_each()
    {
        for (var ride = 1; ride <= 3; ride++)
            Fail(ride);

        _console.Lines.ShouldBe([
            "Warning Ride 1 failed + trace",
            "Warning Ride 2 failed (IOException: connection lost)",
            "Warning Ride 3 failed (IOException: connection lost)",
        ]);
    }

    [Fact]
    public void A_conflict_that_is_retried_is_one_line_from_the_start()
    {
        var conflict = new DbUpdateConcurrencyException("another transaction was first");
#pragma warning disable CA2254, CA1848 // As MassTransit logs it.
        _logger.LogWarning(conflict, "R-RETRY {Queue}", "ride");
        _logger.LogError(conflict, "R-FAULT {Queue}", "ride");
#pragma warning restore CA2254, CA1848

        _console.Lines.ShouldBe([
            "Warning R-RETRY ride (DbUpdateConcurrencyException: another transaction was first)",
            "Error R-FAULT ride + trace",
        ]);
    }

    [Fact]
    public void Repetitions_are_counted_and_summarized_once_per_window()
    {
        for (var ride = 1; ride <= 1000; ride++)
            Fail(ride);
        _console.Lines.Count.ShouldBe(1 + RepeatedLines.InShort);

        _clock.Advance(RepeatedLines.Window);

        _console.Lines[^1].ShouldBe("Warning 989 more of this in the last 10 s: Ride {Ride} failed (IOException)");
        _clock.Advance(RepeatedLines.Window);
        _console.Lines.Count.ShouldBe(2 + RepeatedLines.InShort);
    }

    [Fact]
    public void An_outage_of_an_hour_writes_a_few_lines_a_window()
    {
        for (var window = 0; window < 360; window++)
        {
            for (var ride = 1; ride <= 100; ride++)
                Fail(ride);
            _clock.Advance(RepeatedLines.Window);
        }

        _console.Lines.Count.ShouldBeLessThanOrEqualTo(360 * (RepeatedLines.InShort + 2));
        _console.Lines.Count(line => line.EndsWith("+ trace", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public void After_a_quiet_minute_the_next_is_written_in_full_again()
    {
        Fail(1);
        _clock.Advance(RepeatedLines.Forgotten + 2 * RepeatedLines.Window);

        Fail(2);

        _console.Lines.ShouldBe(["Warning Ride 1 failed + trace", "Warning Ride 2 failed + trace"]);
    }

    [Fact]
    public void Other_events_exceptions_and_categories_are_not_the_same()
    {
        Fail(1);
        RideFailed(_logger, new InvalidOperationException("no"), 1);
        DriverFailed(_logger, new IOException("connection lost"), 1);
        RideFailed(_lines.CreateLogger("Drivers"), new IOException("connection lost"), 1);

        _console.Lines.Count(line => line.EndsWith("+ trace", StringComparison.Ordinal)).ShouldBe(4);
    }

    [Fact]
    public void Ordinary_lines_are_never_withheld()
    {
        for (var ride = 1; ride <= 100; ride++)
            RideBegan(_logger, ride);

        _console.Lines.Count.ShouldBe(100);
    }

    [Fact]
    public void Nothing_is_lost_at_the_end()
    {
        for (var ride = 1; ride <= 20; ride++)
            Fail(ride);

        _lines.Dispose();

        _console.Lines[^1].ShouldStartWith("Warning 9 more of this");
    }

    public void Dispose() => _lines.Dispose();

    void Fail(int ride) => RideFailed(_logger, new IOException("connection\nlost"), ride);

    [LoggerMessage(LogLevel.Warning, "Ride {Ride} failed")]
    static partial void RideFailed(ILogger logger, Exception exception, int ride);

    [LoggerMessage(LogLevel.Error, "Driver {Driver} failed")]
    static partial void DriverFailed(ILogger logger, Exception exception, int driver);

    [LoggerMessage(LogLevel.Information, "Ride {Ride} began")]
    static partial void RideBegan(ILogger logger, int ride);

    sealed class Written : ILoggerProvider, ILogger
    {
        public List<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => Lines.Add($"{logLevel} {formatter(state, exception)}{(exception is null ? "" : " + trace")}");

        public void Dispose() { }
    }
}
