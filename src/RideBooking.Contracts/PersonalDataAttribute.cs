namespace RideBooking.Contracts;

/// <summary>
/// Marks a member of an event as personal data of the event's rider: the event log encrypts it with the rider's key.
/// </summary>
/// <remarks>
/// The event must have a <c>RiderId</c>. The member is a text, a <see cref="Place"/> or a list of places. A property of a saga is marked, too, if
/// it is personal data: it stays out of tests that operators export.
/// </remarks>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Property)]
public sealed class PersonalDataAttribute : Attribute
{
    /// <summary>What a text reads as when its rider was forgotten. Also the address of <see cref="Place.Redacted"/>.</summary>
    public const string Redacted = "redacted";
}
