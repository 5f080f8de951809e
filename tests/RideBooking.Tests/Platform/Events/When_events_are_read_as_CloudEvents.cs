using System.Net;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using CloudNative.CloudEvents;
using CloudNative.CloudEvents.Extensions;
using CloudNative.CloudEvents.SystemTextJson;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;
using ContentType = System.Net.Mime.ContentType;

namespace RideBooking.Tests.Platform.Events;

/// <summary>The event log in the format of CloudEvents 1.0, read with the SDK of the CloudEvents project.</summary>
public sealed class When_events_are_read_as_CloudEvents(EmbeddedHost host) : IClassFixture<EmbeddedHost>, IAsyncLifetime
{
    const string Batch = "application/cloudevents-batch+json";
    const string Single = "application/cloudevents+json";

    readonly JsonEventFormatter _formatter = new();
    Person _operator = null!;
    JsonElement[] _envelopes = [];

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _operator = await host.City.Operator();
        for (var ride = 0; ride < 3; ride++)
            await (await host.City.Rider()).Request(City.Alexanderplatz, City.Zoo);
        var page = (await _operator.Get("events?limit=3")).ShouldBe(HttpStatusCode.OK);
        _envelopes = [.. page.Body!["items"].Deserialize<JsonElement[]>()!];
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_page_is_a_structured_batch_that_links_to_the_next()
    {
        using var first = await Ask("events?limit=2", Batch);
        first.Content.Headers.ContentType!.MediaType.ShouldBe(Batch);
        var events = Decode(await first.Content.ReadAsByteArrayAsync(Stop));
        var link = first.Headers.GetValues("Link").ShouldHaveSingleItem();
        link.ShouldEndWith(">; rel=\"next\"");
        using var next = await Ask(
            link[1..link.IndexOf('>', StringComparison.Ordinal)].Replace("limit=2", "limit=1"),
            Batch
        );
        events.AddRange(Decode(await next.Content.ReadAsByteArrayAsync(Stop)));

        events.Count.ShouldBe(3);
        foreach (var (read, envelope) in events.Zip(_envelopes))
            ShouldBeEqual(read, envelope);
    }

    [Fact]
    public async Task The_link_of_the_last_page_finds_later_events_and_keeps_the_filter()
    {
        using var all = await Ask("events?type=RideRequested,RideRated&limit=1000", Batch);
        var last = Decode(await all.Content.ReadAsByteArrayAsync(Stop))[^1]["position"];
        all.Headers.GetValues("Link")
            .ShouldBe([$"</api/v1/events?after={last}&type=RideRequested,RideRated&limit=1000>; rel=\"next\""]);
        using var none = await Ask($"events?type=RideRated&after={last}", Batch);
        Decode(await none.Content.ReadAsByteArrayAsync(Stop)).ShouldBeEmpty();
        none.Headers.GetValues("Link").ShouldBe([$"</api/v1/events?after={last}&type=RideRated>; rel=\"next\""]);
    }

    [Fact]
    public async Task The_stream_sends_each_event_as_a_structured_one()
    {
        using var answer = await Ask("events/stream?format=cloudevents", "text/event-stream");
        await using var body = await answer.Content.ReadAsStreamAsync(Stop);
        await using var stream = SseParser.Create(body).EnumerateAsync(Stop).GetAsyncEnumerator(Stop);
        foreach (var envelope in _envelopes)
        {
            (await stream.MoveNextAsync().AsTask().WaitAsync(WaitFor.Limit, Stop)).ShouldBeTrue();
            stream.Current.EventId.ShouldBe($"{envelope.GetProperty("position")}");
            ShouldBeEqual(
                _formatter.DecodeStructuredModeMessage(
                    Encoding.UTF8.GetBytes(stream.Current.Data),
                    new ContentType(Single),
                    Sequence.AllAttributes
                ),
                envelope
            );
        }
        (await _operator.Get("events/stream?format=xml")).ShouldBe(HttpStatusCode.BadRequest, "validation_failed");
    }

    [Fact]
    public async Task The_schema_of_the_data_is_at_the_address_that_the_event_names()
    {
        using var page = await Ask("events?limit=1", Batch);
        var read = Decode(await page.Content.ReadAsByteArrayAsync(Stop)).ShouldHaveSingleItem();
        using var answer = await Ask(read.DataSchema!.AbsoluteUri, "application/schema+json");
        var schema = JsonElement.Parse(await answer.Content.ReadAsStringAsync(Stop));
        var described = schema.GetProperty("properties").EnumerateObject().Select(member => member.Name);
        ((JsonElement)read.Data!).EnumerateObject().Select(member => member.Name).ShouldBeSubsetOf(described);
    }

    [Theory]
    [InlineData("application/cloudevents-batch+json, application/json;q=0.5", Batch)]
    [InlineData("application/cloudevents-batch+json;q=0.5, application/json", "application/json")]
    [InlineData("application/cloudevents-batch+json;q=0", "application/json")]
    [InlineData("*/*", "application/json")]
    [InlineData("nonsense", "application/json")]
    public async Task A_page_has_the_format_that_the_client_prefers(string accept, string format)
    {
        using var answer = await Ask("events", accept);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe(format);
    }

    async Task<HttpResponseMessage> Ask(string path, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        var answer = await _operator.Send(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return answer;
    }

    List<CloudEvent> Decode(byte[] body) =>
        [.. _formatter.DecodeBatchModeMessage(body, new ContentType(Batch), Sequence.AllAttributes)];

    static void ShouldBeEqual(CloudEvent read, JsonElement envelope)
    {
        read.IsValid.ShouldBeTrue();
        read.SpecVersion.ShouldBe(CloudEventsSpecVersion.V1_0);
        read.Id.ShouldBe(Text("event_id"));
        read.Type.ShouldBe(Text("event_type"));
        read.Source!.OriginalString.ShouldBe(Text("source"));
        read.Subject.ShouldBe(Text("stream_id"));
        read.Time.ShouldBe(envelope.GetProperty("timestamp").GetDateTimeOffset());
        read.DataContentType.ShouldBe("application/json");
        read.DataSchema!.AbsolutePath.ShouldBe(
            $"/api/v1/schemas/subjects/{Text("event_type")}/versions/{Text("version")}/schema"
        );
        read.GetSequenceValue().ShouldBe(envelope.GetProperty("stream_version").GetInt32());
        read["position"].ShouldBe(Text("position"));
        read["correlationid"].ShouldBe(Text("correlation_id"));
        read["causationid"].ShouldBe(Text("causation_id"));
        read["traceparent"].ShouldBe(Text("traceparent"));
        JsonElement.DeepEquals((JsonElement)read.Data!, envelope.GetProperty("payload")).ShouldBeTrue();

        string? Text(string name) =>
            envelope.GetProperty(name) is { ValueKind: not JsonValueKind.Null } value ? value.ToString() : null;
    }
}
