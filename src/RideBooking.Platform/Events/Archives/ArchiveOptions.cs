using Microsoft.Extensions.Configuration;
using RideBooking.Platform.Configuration;
using RideBooking.Platform.Messaging;

namespace RideBooking.Platform.Events.Archives;

/// <summary>When finished streams are archived, and where.</summary>
/// <param name="After"><c>EventLog:ArchiveAfter</c>: how long after its last event; null for never.</param>
/// <param name="Folder">
/// <c>EventLog:ArchiveFolder</c>: the folder of the archives, which all hosts share; null to keep them in the database.
/// </param>
internal sealed record ArchiveOptions(TimeSpan? After, string? Folder)
{
    const string Key = "EventLog:ArchiveAfter";

    // Recovery and the inbox may look for an event as long as the inbox remembers it. The rest allows for wrong clocks and
    // for recovery after a host was stopped.
    static readonly TimeSpan s_min = MessagingRegistration.InboxWindow + TimeSpan.FromDays(1);

    /// <summary>Reads and checks the settings. Throws <see cref="ConfigurationException"/>.</summary>
    public static ArchiveOptions Read(IConfiguration configuration)
    {
        var after = configuration.SpanOrNone(Key, TimeSpan.Zero);
        if (after > TimeSpan.Zero && after < s_min)
            throw new ConfigurationException(
                $"{Key} is '{configuration[Key]}' but must be at least {s_min}: younger events may still be published again."
            );
        var folder = configuration["EventLog:ArchiveFolder"];
        return new ArchiveOptions(
            after > TimeSpan.Zero ? after : null,
            string.IsNullOrWhiteSpace(folder) ? null : Path.GetFullPath(folder)
        );
    }
}
