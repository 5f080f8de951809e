using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace RideBooking.TestKit.Observability;

/// <summary>Collects the metrics of one application, and not of others in the same process.</summary>
internal sealed class Meters : IDisposable
{
    readonly MeterListener _listener = new();
    readonly ConcurrentDictionary<string, ConcurrentQueue<Measured>> _measured = new();
    readonly ConcurrentDictionary<string, Instrument> _instruments = new();

    public Meters(IServiceProvider application)
    {
        var factory = application.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name != "RideBooking" || !ReferenceEquals(instrument.Meter.Scope, factory))
                return;
            _instruments[instrument.Name] = instrument;
            listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    public IEnumerable<Instrument> Instruments => _instruments.Values;

    /// <summary>Returns all measurements of an instrument, or the current values of a gauge.</summary>
    public IReadOnlyList<Measured> Of(string instrument)
    {
        if (_instruments.GetValueOrDefault(instrument)?.IsObservable == true)
        {
            foreach (var observed in _instruments.Values.Where(it => it.IsObservable))
                _measured.GetValueOrDefault(observed.Name)?.Clear();
            _listener.RecordObservableInstruments();
        }
        return [.. _measured.GetValueOrDefault(instrument) ?? []];
    }

    public void Dispose() => _listener.Dispose();

    void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _measured
            .GetOrAdd(instrument.Name, _ => new())
            .Enqueue(
                new(instrument.Name, value, string.Join(',', tags.ToArray().Select(tag => tag.Value?.ToString())))
            );
}

/// <param name="Instrument">The instrument's name.</param>
/// <param name="Value">The value in the instrument's unit.</param>
/// <param name="Of">The values of its tags.</param>
internal sealed record Measured(string Instrument, double Value, string Of);
