namespace RideBooking.Platform.Configuration;

/// <summary>A setting is missing or wrong. Stops the start with this message, one line that names the setting.</summary>
public sealed class ConfigurationException(string message) : Exception(message);
