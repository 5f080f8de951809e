namespace RideBooking.Platform.Messaging;

/// <summary>
/// This message can never be handled, however often and however late it is tried: its content breaks a rule, or it is of a
/// version nobody knows. Thrown by a consumer, it sends the message to its error queue at once.
/// </summary>
/// <param name="reason">What is wrong with the message, for the operator who finds it in the error queue.</param>
public sealed class UnacceptableMessageException(string reason) : Exception(reason);
