using Microsoft.Extensions.DependencyInjection;

namespace RideBooking.Platform.Observability;

/// <summary>A figure that goes up and down.</summary>
/// <param name="Name">Lower case with dots, by OpenTelemetry's conventions, without the unit.</param>
/// <param name="Unit">In UCUM: <c>s</c>, or what is counted in braces such as <c>{ride}</c>.</param>
/// <param name="Description">What it says, for the operator.</param>
/// <param name="Label">What its readings are told apart by, if there are several.</param>
public sealed record Gauge(string Name, string Unit, string Description, string? Label = null)
{
    /// <summary>What the gauge reads now.</summary>
    /// <param name="value">The figure, in the gauge's unit.</param>
    /// <param name="label">Of what, where the gauge has a label.</param>
    public Reading Reads(double value, string? label = null) => new(this, value, label);
}

/// <summary>What a gauge reads.</summary>
public readonly record struct Reading(Gauge Gauge, double Value, string? Label);

/// <summary>
/// Figures that have to be looked up, in the database or at the broker. They are looked up in the background now and then,
/// never by the request for the metrics. A module adds its own with <see cref="GaugeRegistration.AddGauges{T}"/>; each
/// look has a service scope of its own.
/// </summary>
public interface IGaugeSource
{
    /// <summary>The gauges it reads.</summary>
    static abstract IReadOnlyList<Gauge> Gauges { get; }

    /// <summary>Reads them. When it throws, its gauges show nothing until it succeeds again.</summary>
    Task<IReadOnlyList<Reading>> Read(CancellationToken cancellationToken);
}

/// <summary>Adds sources of gauges.</summary>
public static class GaugeRegistration
{
    /// <summary>Adds a source of gauges to the metrics.</summary>
    public static IServiceCollection AddGauges<T>(this IServiceCollection services)
        where T : class, IGaugeSource => services.AddScoped<T>().AddSingleton(new GaugeSource(typeof(T), T.Gauges));
}

/// <summary>A source of gauges that was added.</summary>
internal sealed record GaugeSource(Type Type, IReadOnlyList<Gauge> Gauges);
