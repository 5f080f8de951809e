namespace RideBooking.Platform.Http.Problems;

/// <summary>
/// The problem codes that any endpoint may return. Modules add their own, such as <c>active_ride_exists</c>.
/// </summary>
public static class ProblemCode
{
    /// <summary>400: well-formed, but fields have values that are not valid; see <c>errors</c>.</summary>
    public const string ValidationFailed = "validation_failed";

    /// <summary>400: the body is missing, is not JSON, or holds values of the wrong type.</summary>
    public const string MalformedRequest = "malformed_request";

    /// <summary>400: the query has a parameter that this operation does not take; see <c>parameter</c>.</summary>
    public const string UnknownParameter = "unknown_parameter";

    /// <summary>401: no token, or one that is not valid.</summary>
    public const string Unauthorized = "unauthorized";

    /// <summary>403: the caller is known and may not do this.</summary>
    public const string Forbidden = "forbidden";

    /// <summary>404: the resource does not exist, or this caller may not see it.</summary>
    public const string NotFound = "not_found";

    /// <summary>405: the path exists, but not with this method; see <c>Allow</c>.</summary>
    public const string MethodNotAllowed = "method_not_allowed";

    /// <summary>409: another request changed the same resource at the same time; read it again and retry.</summary>
    public const string ConcurrentUpdate = "concurrent_update";

    /// <summary>409: another request with the same Idempotency-Key is still in progress.</summary>
    public const string RequestInProgress = "request_in_progress";

    /// <summary>409: the request was carried out before, but its answer was too large to keep for replay.</summary>
    public const string AnswerNotKept = "answer_not_kept";

    /// <summary>413: the body is too large.</summary>
    public const string BodyTooLarge = "body_too_large";

    /// <summary>415: the body is not declared as JSON.</summary>
    public const string UnsupportedMediaType = "unsupported_media_type";

    /// <summary>422: the Idempotency-Key was used before for a different request.</summary>
    public const string IdempotencyKeyReused = "idempotency_key_reused";

    /// <summary>429: too many requests, or live streams, of this caller; retry after <c>Retry-After</c>.</summary>
    public const string RateLimited = "rate_limited";

    /// <summary>
    /// 503 (408 if it did not arrive completely): the request took too long and was cancelled; retry after
    /// <c>Retry-After</c>.
    /// </summary>
    public const string RequestTimeout = "request_timeout";

    /// <summary>500: a fault of the server; the log has the details under the answer's <c>traceId</c>.</summary>
    public const string InternalError = "internal_error";

    /// <summary>
    /// 500: an event of the log is damaged, or of a version that this host does not know; see <c>position</c>, <c>eventId</c>,
    /// <c>eventType</c>, <c>version</c> and <c>streamId</c>.
    /// </summary>
    public const string EventUnreadable = "event_unreadable";

    /// <summary>
    /// 500: an archive of the event log is damaged or lost; see <c>archiveId</c>, <c>firstPosition</c> and <c>lastPosition</c>.
    /// </summary>
    public const string ArchiveUnreadable = "archive_unreadable";

    /// <summary>503: the database or the broker is unavailable; retry after <c>Retry-After</c>.</summary>
    public const string Unavailable = "unavailable";

    /// <summary>503: the resource exists, and the caller will see it shortly; retry after <c>Retry-After</c>.</summary>
    public const string NotYetVisible = "not_yet_visible";

    /// <summary>The code and detail for an answer of which only the status is known.</summary>
    internal static (string Code, string Detail) ForStatus(int status) =>
        status switch
        {
            400 => (MalformedRequest, "The request could not be understood."),
            401 => (Unauthorized, "A valid bearer token is required."),
            403 => (Forbidden, "Your role does not allow this."),
            404 => (NotFound, "This does not exist, or you may not see it."),
            405 => (MethodNotAllowed, "This path does not support this method; see the Allow header."),
            406 => ("not_acceptable", "None of the media types in Accept can be produced."),
            408 => (RequestTimeout, "The request took too long to arrive."),
            411 => ("length_required", "The request must declare its length."),
            413 => (BodyTooLarge, "The body is larger than this endpoint allows."),
            414 => ("uri_too_long", "The request's address is too long."),
            415 => (UnsupportedMediaType, "The body must be sent as application/json."),
            417 => ("expectation_failed", "The Expect header cannot be met."),
            422 => ("unprocessable", "The request is understood but cannot be carried out."),
            429 => (RateLimited, "Too many requests; retry after the time in Retry-After."),
            431 => ("headers_too_large", "The request's headers are too large."),
            501 => ("not_implemented", "This is not implemented."),
            503 => (Unavailable, "A dependency is temporarily unavailable; retry shortly."),
            < 500 => ("request_refused", "The request was refused."),
            _ => (InternalError, "The server failed. Quote the traceId when you report it."),
        };
}
