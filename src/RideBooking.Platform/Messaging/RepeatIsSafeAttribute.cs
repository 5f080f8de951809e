namespace RideBooking.Platform.Messaging;

/// <summary>
/// Says why a consumer has no second effect when it handles a message again that the inbox no longer knows.
/// </summary>
/// <remarks>The inbox forgets a message after a week, and operators may redrive messages that are older.</remarks>
/// <param name="because">The business key or the state that decides, for operators.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class RepeatIsSafeAttribute(string because) : Attribute
{
    /// <summary>The business key or the state that decides.</summary>
    public string Because => because;
}
