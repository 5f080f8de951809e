using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.Platform.Observability;

/// <summary>A span as it was exported.</summary>
public sealed record Span(string TraceId, string Id, string ParentId, string Name);

/// <summary>Receives traces by OTLP over HTTP and reads the ids, parents and names of their spans.</summary>
public sealed class TraceCollector : IAsyncDisposable
{
    readonly ConcurrentQueue<Span> _spans = new();
    WebApplication? _app;

    public Uri Address { get; } = new($"http://127.0.0.1:{FreePort.Next()}");

    public IReadOnlyList<Span> Of(string traceId) => [.. _spans.Where(span => span.TraceId == traceId)];

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Urls.Add(Address.GetLeftPart(UriPartial.Authority));
        _app.MapPost(
            "/v1/{signal}",
            async (string signal, HttpRequest request) =>
            {
                using var body = new MemoryStream();
                await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
                if (signal == "traces")
                    foreach (var span in Spans(body.ToArray()))
                        _spans.Enqueue(span);
                return Results.Bytes([], "application/x-protobuf");
            }
        );
        await _app.StartAsync();
    }

    // ExportTraceServiceRequest.resource_spans = 1, ResourceSpans.scope_spans = 2, ScopeSpans.spans = 2.
    static IEnumerable<Span> Spans(byte[] request) =>
        from resource in Fields(request)
        where resource.Number == 1
        from scope in Fields(resource.Bytes)
        where scope.Number == 2
        from span in Fields(scope.Bytes)
        where span.Number == 2
        select Read(Fields(span.Bytes).ToLookup(field => field.Number, field => field.Bytes));

    // Span.trace_id = 1, span_id = 2, parent_span_id = 4, name = 5.
    static Span Read(ILookup<int, byte[]> span) =>
        new(Hex(span[1]), Hex(span[2]), Hex(span[4]), Encoding.UTF8.GetString(span[5].First()));

    static string Hex(IEnumerable<byte[]> bytes) => Convert.ToHexStringLower(bytes.FirstOrDefault() ?? []);

    /// <summary>The length-delimited fields of a protobuf message; the others are skipped.</summary>
    static IEnumerable<(int Number, byte[] Bytes)> Fields(byte[] message)
    {
        for (var at = 0; at < message.Length; )
        {
            var tag = Varint();
            switch (tag & 7)
            {
                case 0:
                    Varint();
                    break;
                case 1:
                    at += 8;
                    break;
                case 2:
                    var length = (int)Varint();
                    yield return ((int)(tag >> 3), message[at..(at + length)]);
                    at += length;
                    break;
                case 5:
                    at += 4;
                    break;
                default:
                    throw new InvalidDataException($"Wire type {tag & 7}.");
            }

            ulong Varint()
            {
                ulong value = 0;
                for (var shift = 0; ; shift += 7)
                {
                    var part = message[at++];
                    value |= (ulong)(part & 0x7f) << shift;
                    if (part < 0x80)
                        return value;
                }
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
    }
}
