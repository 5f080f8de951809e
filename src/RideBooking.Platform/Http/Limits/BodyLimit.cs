using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using RideBooking.Platform.Messaging;

namespace RideBooking.Platform.Http.Limits;

/// <summary>Refuses bodies of more than 64 KiB with 413, behind any server and with or without a declared length.</summary>
/// <remarks>An endpoint with another limit declares it with <see cref="IRequestSizeLimitMetadata"/>.</remarks>
internal static class BodyLimit
{
    public const int Bytes = 64 * 1024;

    public static void UseBodyLimit(this IApplicationBuilder app) =>
        app.Use(
            (context, next) =>
            {
                var own = context.GetEndpoint()?.Metadata.GetMetadata<IRequestSizeLimitMetadata>();
                var limit = own?.MaxRequestBodySize ?? Bytes;
                if (context.Request.ContentLength > limit)
                {
                    context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
                    return Task.CompletedTask;
                }

                if (context.Request.ContentLength is null)
                    context.Request.Body = new LimitedStream(context.Request.Body, limit);
                return next(context);
            }
        );

    sealed class LimitedStream(Stream inner, long limit) : Stream
    {
        long _read;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position
        {
            get => _read;
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer,
            CancellationToken cancellationToken = default
        ) => Count(await inner.ReadAsync(buffer, cancellationToken));

        public override Task<int> ReadAsync(
            byte[] buffer,
            int offset,
            int count,
            CancellationToken cancellationToken
        ) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => Count(inner.Read(buffer, offset, count));

        int Count(int bytes) =>
            (_read += bytes) <= limit
                ? bytes
                : throw new BadHttpRequestException("The body is too large.", StatusCodes.Status413PayloadTooLarge);

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
