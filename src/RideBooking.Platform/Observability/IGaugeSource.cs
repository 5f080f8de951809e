using Microsoft.Extensions.DependencyInjection;

namespace RideBooking.Platform.Observability;

/// <summary>A metric that goes up and down.</summary>
/// <param name="Name">Lower case with dots, by OpenTelemetry's conventions, without the unit.</param>
/// <param name="Unit">In UCUM: <c>s</c>, or what is counted in braces such as <c>{ride}</c>.</param>
/// <param name="Description">Its meaning, for the operator.</param>
/// <param name="Label">The name of the label that distinguishes its readings, if there are several.</param>
public sealed record Gauge(string Name, string Unit, string Description, string? Label = null)
{
    /// <summary>Makes a reading of the gauge.</summary>
    /// <param name="value">The value, in the gauge's unit.</param>
    /// <param name="label">The label's value, if the gauge has a label.</param>
    public Reading Reads(double value, string? label = null) => new(this, value, label);
}

/// <summary>The value of a gauge at one time.</summary>
public readonly record struct Reading(Gauge Gauge, double Value, string? Label);

/// <summary>
/// Reads gauges from the database or the broker. Add a source with <see cref="GaugeRegistration.AddGauges{T}"/>.
/// </summary>
/// <remarks>
/// A source is polled in the background, never by a request for the metrics. Each poll has a service scope of its own.
/// </remarks>
public interface IGaugeSource
{
    /// <summary>The gauges that this source reads.</summary>
    static abstract IReadOnlyList<Gauge> Gauges { get; }

    /// <summary>Reads the gauges. If it throws, they are omitted from the metrics until it succeeds again.</summary>
    Task<IReadOnlyList<Reading>> Read(CancellationToken cancellationToken);
}

/// <summary>Adds sources of gauges.</summary>
public static class GaugeRegistration
{
    /// <summary>Adds a source of gauges to the metrics.</summary>
    public static IServiceCollection AddGauges<T>(this IServiceCollection services)
        where T : class, IGaugeSource => services.AddScoped<T>().AddSingleton(new GaugeSource(typeof(T), T.Gauges));
}

/// <summary>A registered source of gauges.</summary>
internal sealed record GaugeSource(Type Type, IReadOnlyList<Gauge> Gauges);
