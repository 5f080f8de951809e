using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using RideBooking.Platform.Messaging;

namespace RideBooking.Platform.Http.Requests;

/// <summary>Answers HEAD on every path that answers GET.</summary>
/// <remarks>
/// The request is carried out as a GET; its body is counted and not sent. A live stream ends after its headers.
/// </remarks>
internal static class HeadRequests
{
    public static void UseHeadRequests(this IApplicationBuilder app) =>
        app.Use((context, next) => HttpMethods.IsHead(context.Request.Method) ? RespondAsToGet(context, next) : next());

    /// <summary>Whether only the headers are sent.</summary>
    public static bool IsHeadersOnly(this HttpContext context) => context.Features.Get<HeadersOnly>() is not null;

    static async Task RespondAsToGet(HttpContext context, Func<Task> next)
    {
        var (request, response) = (context.Request, context.Response);
        var method = request.Method;
        var sent = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        using var counted = new CountedBody();
        context.Features.Set(new HeadersOnly());
        (request.Method, response.Body) = (HttpMethods.Get, counted);
        try
        {
            await next();
            await response.BodyWriter.FlushAsync();
        }
        finally
        {
            request.Method = method;
            context.Features.Set(sent);
        }

        if (!response.HasStarted && response.ContentLength is null && counted.Length > 0)
            response.ContentLength = counted.Length;
    }

    sealed class HeadersOnly;

    sealed class CountedBody : Stream
    {
        long _length;

        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => _length;
        public override long Position
        {
            get => _length;
            set => throw new NotSupportedException();
        }

        public override void Write(byte[] buffer, int offset, int count) => _length += count;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _length += buffer.Length;
            return ValueTask.CompletedTask;
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        {
            _length += count;
            return Task.CompletedTask;
        }

        public override void Flush() { }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
