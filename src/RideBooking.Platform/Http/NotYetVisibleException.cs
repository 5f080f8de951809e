namespace RideBooking.Platform.Http;

/// <summary>
/// What the caller asks for exists, and cannot be shown or used until an event of it is handled. Answered 503
/// <c>not_yet_visible</c> with <c>Retry-After</c>, and never 404.
/// </summary>
/// <param name="message">What is missing, for a person.</param>
public sealed class NotYetVisibleException(string message) : Exception(message);
