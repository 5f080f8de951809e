using Microsoft.EntityFrameworkCore;

namespace RideBooking.EventLog.PersonalData;

/// <summary>Refuses new personal data of riders who were forgotten, for the endpoints that would store some.</summary>
public static class ForgottenSubjects
{
    /// <summary>The detail of the refusal.</summary>
    public const string Detail = "The rider of this token was forgotten on request; sign up again.";

    /// <summary>Returns whether the rider was forgotten: what the log records of them stays unreadable.</summary>
    public static Task<bool> IsForgotten(this DbContext db, string riderId, CancellationToken cancellationToken) =>
        db.Set<SubjectKey>().AnyAsync(key => key.Subject == riderId && key.ForgottenAt != null, cancellationToken);
}
