using Microsoft.AspNetCore.Http;

namespace RideBooking.Platform.Http.Limits;

/// <summary>Ends the time limits of a request when its work is done, so that its response is written in full.</summary>
/// <remarks>
/// ASP.NET Core stops writing a response without an error when the request is cancelled. The client would get a 201 without a
/// body, and with an Idempotency-Key every repeat would get the same.
/// </remarks>
internal static class CompleteResponses
{
    /// <summary>The outermost filter of every endpoint: what comes after it only writes the response.</summary>
    public static async ValueTask<object?> Filter(EndpointFilterInvocationContext call, EndpointFilterDelegate next)
    {
        var result = await next(call);
        var http = call.HttpContext;
        // A live stream does its work while it is written. Writing to a client that has left does nothing.
        if (http.GetEndpoint()?.Metadata.GetMetadata<LiveStream>() is null)
            http.RequestAborted = CancellationToken.None;
        return result;
    }
}
