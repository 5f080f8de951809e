using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Requests;

namespace RideBooking.Tests.Platform.Http.Requests;

public sealed class PageRequestTests(PageRequestTests.Served served) : IClassFixture<PageRequestTests.Served>
{
    internal sealed record Row(DateTimeOffset At, Guid Id, int Number);

    internal sealed record Place(DateTimeOffset At, Guid Id);

    static readonly DateTimeOffset Start = new(2026, 1, 10, 10, 10, 0, TimeSpan.Zero);

    static readonly Row[] Rows =
    [
        .. Enumerable.Range(1, 45).Select(number => new Row(Start.AddTicks(number), Guid.CreateVersion7(), number)),
    ];

    public sealed class Served()
        : ServedApp(app =>
        {
            var all = app.MapPublic("Tests");
            all.MapGet(
                "/rows",
                (PageRequest page) =>
                {
                    var rows = page.TryAfter(out Place after) ? Rows.Where(row => row.At > after.At) : Rows;
                    return page.Of([.. rows.Take(page.Fetch)], row => new Place(row.At, row.Id), row => row.Number);
                }
            );
            all.MapGet("/others", (PageRequest page) => page.TryAfter(out (long, Guid) after) ? after.Item1 : 0);
        });

    readonly HttpApp app = served.App;

    Task<HttpResponseMessage> Get(string path) =>
        app.Client.GetAsync($"/api/v1{path}", TestContext.Current.CancellationToken);

    [Theory]
    [InlineData("", new[] { 20, 20, 5 })]
    [InlineData("&limit=45", new[] { 45 })]
    [InlineData("&limit=100", new[] { 45 })]
    [InlineData("&limit=44", new[] { 44, 1 })]
    [InlineData("&limit=15", new[] { 15, 15, 15 })]
    public async Task Following_the_cursor_reads_every_item_once_in_order(string limit, int[] sizes)
    {
        var (cursor, numbers, pages) = ("", new List<int>(), new List<int>());
        while (cursor is not null)
        {
            var answer = await Get($"/rows?cursor={cursor}{limit}");
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            var page = await answer.Body();
            var items = page.GetProperty("items").EnumerateArray().Select(item => item.GetInt32()).ToList();
            pages.Add(items.Count);
            numbers.AddRange(items);
            cursor = page.GetProperty("nextCursor").GetString();
        }

        pages.ShouldBe(sizes);
        numbers.ShouldBe(Enumerable.Range(1, 45));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("101")]
    [InlineData("100000")]
    [InlineData("abc")]
    [InlineData("1.5")]
    [InlineData("%2B5")]
    [InlineData("")]
    [InlineData("5&limit=6")]
    public async Task A_limit_is_a_whole_number_from_1_to_100(string limit) =>
        await (await Get($"/rows?limit={limit}")).ShouldRefuse("limit");

    [Theory]
    [InlineData("garbage")]
    [InlineData("AAAA")]
    [InlineData("!!!")]
    [InlineData("%00")]
    [InlineData("eyJBdCI6IjIwMjYtMDEtMTBUMTA6MTA6MDBaIn0")]
    public async Task A_foreign_cursor_is_refused(string cursor) =>
        await (await Get($"/rows?cursor={cursor}")).ShouldRefuse("cursor");

    [Fact]
    public async Task A_cursor_changed_anywhere_is_refused()
    {
        var cursor = Cursor.Encode(new Place(Start, Guid.CreateVersion7()));
        for (var at = 0; at < cursor.Length - 1; at++)
        {
            var changed = cursor[..at] + (cursor[at] == 'A' ? 'B' : 'A') + cursor[(at + 1)..];
            Cursor.TryDecode<Place>(changed, out _).ShouldBeFalse($"changed at {at}");
        }

        await (await Get($"/rows?cursor={cursor[..^4]}")).ShouldRefuse("cursor");
        await (await Get($"/rows?cursor={new string('A', 5000)}")).ShouldRefuse("cursor");
    }

    [Fact]
    public async Task A_cursor_of_another_list_is_refused() =>
        await (await Get($"/others?cursor={Cursor.Encode(new Place(Start, Guid.Empty))}")).ShouldRefuse("cursor");

    [Fact]
    public void A_key_comes_back_as_it_was()
    {
        var tuple = (long.MaxValue, Guid.CreateVersion7());
        Cursor.TryDecode(Cursor.Encode(tuple), out (long, Guid) back).ShouldBeTrue();
        back.ShouldBe(tuple);
        var place = new Place(Start.AddTicks(1), Guid.CreateVersion7());
        Cursor.TryDecode(Cursor.Encode(place), out Place same).ShouldBeTrue();
        same.ShouldBe(place);
    }
}
