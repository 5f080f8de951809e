using Microsoft.AspNetCore.Http.HttpResults;
using RideBooking.Contracts;
using RideBooking.EventLog.PersonalData;
using RideBooking.Platform.Http.Problems;

namespace RideBooking.Notifications;

/// <summary>The problem codes of profiles, partners and deliveries.</summary>
internal static class NotificationProblems
{
    public const string RiderForgotten = SharedProblemCode.RiderForgotten;
    public const string PartnerNotFound = "partner_not_found";
    public const string PartnerDisabled = "partner_disabled";
    public const string DeliveryNotFound = "delivery_not_found";

    public static ProblemHttpResult Forgotten() => Problem.Conflict(RiderForgotten, ForgottenSubjects.Detail);

    public static ProblemHttpResult NoSuchPartner() => Problem.NotFound("The partner does not exist.", PartnerNotFound);

    public static ProblemHttpResult Disabled() =>
        Problem.Conflict(PartnerDisabled, "The partner is disabled. Nothing is sent to it.");

    public static ProblemHttpResult NoSuchDelivery() =>
        Problem.NotFound("The delivery does not exist.", DeliveryNotFound);
}
