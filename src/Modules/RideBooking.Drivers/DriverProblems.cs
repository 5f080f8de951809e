using Microsoft.AspNetCore.Http.HttpResults;
using RideBooking.Platform.Http.Problems;

namespace RideBooking.Drivers;

/// <summary>The problem codes of drivers.</summary>
internal static class DriverProblems
{
    public const string ProfileNotFound = "profile_not_found";
    public const string ProfileRequired = "profile_required";
    public const string OnTrip = "on_trip";
    public const string ImplausibleLocation = "implausible_location";

    const string SaveProfileFirst = "Save your profile first: PUT /api/v1/drivers/me.";

    public static ProblemHttpResult NoSuchProfile() => Problem.NotFound(SaveProfileFirst, ProfileNotFound);

    public static ProblemHttpResult NoProfile() => Problem.Conflict(ProfileRequired, SaveProfileFirst);

    /// <summary>Refuses 0, 0: the position a device reports when it does not know where it is.</summary>
    public static ProblemHttpResult NoPosition() =>
        Problem.Unprocessable(ImplausibleLocation, "A device without a position reports latitude 0 and longitude 0.");
}
