using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.CommandLine;

namespace RideBooking.Platform.Configuration;

/// <summary>
/// The settings on the command line, with a record of which of them the application has read: one that nothing reads is
/// misspelt or without effect, and must not be ignored in silence.
/// </summary>
/// <param name="arguments">As <c>--Section:Key=value</c>.</param>
public sealed class CommandLineSettings(IReadOnlyCollection<string> arguments)
    : CommandLineConfigurationProvider(arguments),
        IConfigurationSource
{
    // Read by the framework, some of it long after the start.
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

    /// <summary>Refuses settings that nothing has read. Call it when the application is built.</summary>
    /// <exception cref="ConfigurationException">There is one; it is named.</exception>
    public void RefuseUnread()
    {
        foreach (var (key, value) in Data)
            // An empty setting is the same as none.
            if (
                !string.IsNullOrEmpty(value)
                && !_read.ContainsKey(key)
                && !s_frameworkSections.Any(section => IsIn(section, key))
            )
                throw new ConfigurationException(
                    $"'--{key}' on the command line is not a setting that is read here: see docs/operating/settings.md for their names."
                );
    }

    static bool IsIn(string section, string key) =>
        key.StartsWith(section, StringComparison.OrdinalIgnoreCase)
        && (key.Length == section.Length || key[section.Length] is ':' or '_');
}
