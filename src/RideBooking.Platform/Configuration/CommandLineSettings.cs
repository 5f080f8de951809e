using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.CommandLine;

namespace RideBooking.Platform.Configuration;

/// <summary>The settings on the command line. Records which of them the application has read.</summary>
/// <remarks>A setting that nothing reads is misspelt or has no effect, and must not be ignored silently.</remarks>
/// <param name="arguments">The settings, as <c>--Section:Key=value</c>.</param>
public sealed class CommandLineSettings(IReadOnlyCollection<string> arguments)
    : CommandLineConfigurationProvider(arguments),
        IConfigurationSource
{
    // The framework reads these, some of them long after the start.
    static readonly string[] s_frameworkSections =
    [
        "Logging",
        "Kestrel",
        "AllowedHosts",
        "Urls",
        "Http_Ports",
        "Https_Ports",
        "Environment",
        "ContentRoot",
        "WebRoot",
        "ApplicationName",
        "DetailedErrors",
        "ForwardedHeaders",
        "OTEL",
    ];

    readonly ConcurrentDictionary<string, bool> _read = new(StringComparer.OrdinalIgnoreCase);

    IConfigurationProvider IConfigurationSource.Build(IConfigurationBuilder builder) => this;

    /// <inheritdoc />
    public override bool TryGet(string key, out string? value)
    {
        _read.TryAdd(key, true);
        return base.TryGet(key, out value);
    }

    /// <summary>Refuses settings that nothing has read. Call it after the application is built.</summary>
    /// <exception cref="ConfigurationException">Nothing has read a setting, which the message names.</exception>
    public void RefuseUnread()
    {
        foreach (var (key, value) in Data)
            // An empty setting counts as not set.
            if (
                !string.IsNullOrEmpty(value)
                && !_read.ContainsKey(key)
                && !s_frameworkSections.Any(section => IsIn(section, key))
            )
                throw new ConfigurationException(
                    $"'--{key}' on the command line is not a setting of this application: see docs/operating/settings.md for the names."
                );
    }

    static bool IsIn(string section, string key) =>
        key.StartsWith(section, StringComparison.OrdinalIgnoreCase)
        && (key.Length == section.Length || key[section.Length] is ':' or '_');
}
