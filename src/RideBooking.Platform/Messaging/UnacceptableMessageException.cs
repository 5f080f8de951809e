namespace RideBooking.Platform.Messaging;

/// <summary>Thrown by a consumer for a message that can never be handled; sends it to the error queue at once.</summary>
/// <remarks>Its content breaks a rule, or its version is unknown, so no retry can succeed.</remarks>
/// <param name="reason">What is wrong with the message, for the operator who reads it in the error queue.</param>
public sealed class UnacceptableMessageException(string reason) : Exception(reason);
