using Microsoft.EntityFrameworkCore;

namespace RideBooking.EventLog.PersonalData;

/// <summary>Decrypts the personal data in events after they were read.</summary>
public static class DecryptEvents
{
    /// <summary>
    /// Decrypts the events' personal data with the stored keys, in one query, or in none if no event has such data. A value
    /// whose key was destroyed reads as redacted.
    /// </summary>
    public static async Task Decrypt(
        this DbContext db,
        IReadOnlyCollection<LoggedEvent> events,
        CancellationToken cancellationToken
    )
    {
        var encrypted = events.Where(row => row.IsEncrypted).ToList();
        if (encrypted.Count == 0)
            return;
        var keys = await SubjectKeys
            .Stored(db, encrypted.Select(row => row.Subject!).ToHashSet(StringComparer.Ordinal))
            .ToDictionaryAsync(row => row.Subject, row => row.Key, StringComparer.Ordinal, cancellationToken);
        foreach (var row in encrypted)
            row.Decrypt(keys.GetValueOrDefault(row.Subject!));
    }
}
