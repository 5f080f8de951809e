namespace RideBooking.Platform.Http.Problems;

/// <summary>A requested resource exists, but cannot be shown or used until one of its events is handled.</summary>
/// <remarks>Answered 503 <c>not_yet_visible</c> with <c>Retry-After</c>, and never 404.</remarks>
/// <param name="message">The missing part, for people.</param>
public sealed class NotYetVisibleException(string message) : Exception(message);
