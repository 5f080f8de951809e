using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using RideBooking.Platform.Http.Idempotency;
using RideBooking.Platform.Persistence;

namespace RideBooking.Tests.Platform.Http.Idempotency;

/// <summary>Guarantees to a caller who repeats a request.</summary>
public sealed class IdempotentPostsTests : IdempotentOrders
{
    [Fact]
    public async Task A_repeat_gets_the_first_answer_whole_and_is_marked()
    {
        var first = await Post("k1");
        var repeat = await Post("k1");
        work.Attempts.ShouldBe(1);
        IsReplay(first).ShouldBeFalse();
        IsReplay(repeat).ShouldBeTrue();
        foreach (var answer in new[] { first, repeat })
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.Created);
            answer.Headers.Location!.ToString().ShouldBe("/api/v1/orders/1");
            answer.Headers.ETag!.Tag.ShouldBe("\"1\"");
            answer.Content.Headers.ContentType!.ToString().ShouldBe("application/json; charset=utf-8");
            (await answer.Content.ReadAsStringAsync(Stop)).ShouldBe("""{"attempt":1,"name":"tea"}""");
        }
    }

    [Fact]
    public async Task Without_a_key_every_post_is_its_own()
    {
        await Post(null);
        await Post(null);
        work.Attempts.ShouldBe(2);
        work.Ids.Distinct().Count().ShouldBe(2);
        (await Rows()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_key_used_for_another_body_or_path_is_refused()
    {
        await Post("k1");
        foreach (var other in new[] { await Post("k1", "coffee"), await Post("k1", path: "/api/v1/other-orders") })
            await other.ShouldBeProblem(422, "idempotency_key_reused");
        work.Attempts.ShouldBe(1);
    }

    [Fact]
    public async Task A_key_belongs_to_its_caller()
    {
        var (anna, bela) = (await app.As("rider", "anna"), await app.As("rider", "bela"));
        foreach (var client in new[] { anna, bela })
        {
            var answer = await Post(app, "k1", path: "/rider/api/v1/orders", client: client);
            answer.StatusCode.ShouldBe(HttpStatusCode.Created);
            IsReplay(answer).ShouldBeFalse();
        }

        (await Post("k1")).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await Post(app, "k1", client: await app.As("rider", "anonymous"))).StatusCode.ShouldBe(HttpStatusCode.Created);
        work.Attempts.ShouldBe(4);
        IsReplay(await Post(app, "k1", path: "/rider/api/v1/orders", client: anna)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_caller_with_one_more_role_is_the_same_caller()
    {
        await Post(app, "k1", path: "/rider/api/v1/orders", client: await app.As("rider", "anna"));
        var both = app.WithToken(Token("anna", "rider", "driver"));
        IsReplay(await Post(app, "k1", path: "/rider/api/v1/orders", client: both)).ShouldBeTrue();
        await (await Post(app, "k1", path: "/driver/api/v1/orders", client: both)).ShouldBeProblem(
            422,
            "idempotency_key_reused"
        );
        work.Attempts.ShouldBe(1);
    }

    static string Token(string subject, params string[] roles) =>
        new JsonWebTokenHandler().CreateToken(
            new SecurityTokenDescriptor
            {
                Expires = DateTime.UtcNow.AddYears(5),
                NotBefore = Start.UtcDateTime,
                Claims = new Dictionary<string, object> { ["sub"] = subject, ["role"] = roles },
                SigningCredentials = new SigningCredentials(
                    new SymmetricSecurityKey(Encoding.UTF8.GetBytes(new string('k', 32))),
                    SecurityAlgorithms.HmacSha256
                ),
            }
        );

    [Fact]
    public async Task Keys_differ_by_case()
    {
        await Post("key");
        await Post("KEY");
        work.Attempts.ShouldBe(2);
    }

    [Fact]
    public async Task An_answer_is_replayed_only_to_authorized_callers()
    {
        var anna = await app.As("rider", "anna");
        await Post(app, "k1", path: "/rider/api/v1/orders", client: anna);
        await (await Post(app, "k1", path: "/rider/api/v1/orders")).ShouldBeProblem(401, "unauthorized");
        var driver = await app.As("driver", "anna");
        await (await Post(app, "k1", path: "/rider/api/v1/orders", client: driver)).ShouldBeProblem(403, "forbidden");
        (await Rows()).Count.ShouldBe(1);
    }

    public static TheoryData<string> BadKeys() => ["a b", "\u00e9", "tab\there", new string('k', 256)];

    [Theory]
    [MemberData(nameof(BadKeys))]
    public async Task A_key_is_1_to_255_visible_ascii_characters(string key)
    {
        await (await Post(key)).ShouldRefuse("Idempotency-Key");
        work.Attempts.ShouldBe(0);
    }

    [Theory]
    [InlineData("k")]
    [InlineData("\"8e03978e-40d5-43dd-bc93-6894a57f9324\"")]
    [InlineData("!#$%&'()*+,-./:;<=>?@[]^_`{|}~")]
    public async Task Any_visible_ascii_makes_a_key(string key) =>
        (await Post(key)).StatusCode.ShouldBe(HttpStatusCode.Created);

    [Fact]
    public async Task A_key_of_255_characters_is_a_key() =>
        (await Post(new string('k', 255))).StatusCode.ShouldBe(HttpStatusCode.Created);

    [Fact]
    public async Task Two_keys_in_one_request_are_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/orders");
        request.Headers.Add("Idempotency-Key", ["a", "b"]);
        await (await app.Client.SendAsync(request, Stop)).ShouldRefuse("Idempotency-Key");
    }

    [Fact]
    public async Task Concurrent_repeats_wait_and_get_the_same_answer()
    {
        work.Hold();
        var all = Enumerable.Range(0, 20).Select(_ => Post("k1")).ToList();
        await work.Begun;
        work.Go();
        var answers = await Task.WhenAll(all);
        work.Attempts.ShouldBe(1);
        answers.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.Created);
        answers.Count(IsReplay).ShouldBe(19);
        app.Services.GetRequiredService<IdempotencyStore>().InFlight.Keys.ShouldBe(0);
    }

    [Theory]
    [InlineData(1, 500)]
    [InlineData(500, 500)]
    [InlineData(503, 503)]
    public async Task An_answer_without_an_outcome_is_not_kept_but_the_ids_are(int answer, int status)
    {
        foreach (var _ in new[] { 1, 2, 3 })
        {
            var attempt = await Post("k1", answer: answer);
            ((int)attempt.StatusCode).ShouldBe(status);
            IsReplay(attempt).ShouldBeFalse();
        }

        work.Attempts.ShouldBe(3);
        work.Ids.Distinct().Count().ShouldBe(1);
        work.Ids[0].Version.ShouldBe(7);
    }

    [Theory]
    [InlineData(2, 409)]
    [InlineData(400, 400)]
    [InlineData(404, 404)]
    [InlineData(409, 409)]
    [InlineData(422, 422)]
    [InlineData(429, 429)]
    public async Task A_refusal_is_not_kept_and_its_repeat_is_a_request_of_its_own(int answer, int status)
    {
        foreach (var _ in new[] { 1, 2, 3 })
        {
            var attempt = await Post("k1", answer: answer);
            ((int)attempt.StatusCode).ShouldBe(status);
            IsReplay(attempt).ShouldBeFalse();
        }

        work.Attempts.ShouldBe(3);
        work.Ids.Distinct().Count().ShouldBe(3, "an inbox entry of a refused command must not block the next attempt");
        (await Rows()).ShouldBeEmpty();
        (await Post("k1")).StatusCode.ShouldBe(HttpStatusCode.Created);
        IsReplay(await Post("k1")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_refusal_after_a_lost_answer_leaves_the_request_what_it_was()
    {
        work.Answers = [500, 409, 0];
        foreach (var status in new[] { 500, 409, 201 })
            ((int)(await Post("k1", answer: Shop.AsItSays)).StatusCode).ShouldBe(status);
        work.Ids.Distinct().Count().ShouldBe(1, "the first attempt may have succeeded");
    }

    [Theory]
    [InlineData(204)]
    [InlineData(202)]
    public async Task Every_outcome_is_kept(int answer)
    {
        foreach (var replay in new[] { false, true })
        {
            var attempt = await Post("k1", answer: answer);
            ((int)attempt.StatusCode).ShouldBe(answer);
            IsReplay(attempt).ShouldBe(replay);
        }

        work.Attempts.ShouldBe(1);
    }

    [Fact]
    public async Task A_request_that_was_malformed_may_be_corrected_under_its_key()
    {
        await (await Post("k1", "\"oops")).ShouldBeProblem(400, "malformed_request");
        (await Post("k1", "tea")).StatusCode.ShouldBe(HttpStatusCode.Created);
        await (await Post("k1", "coffee")).ShouldBeProblem(422, "idempotency_key_reused");
    }

    [Theory]
    [InlineData("""{"answer":0,"name":"tea","price":52.52}""")]
    [InlineData("""  { "price" : 52.52 , "name" : "tea" , "answer" : 0 }  """)]
    [InlineData("""{"name":"tea","answer":0,"price":52.520}""")]
    [InlineData("""{"name":"tea","answer":0,"price":5.252e1}""")]
    [InlineData("""{"name":"t\u0065a","answer":0,"price":52.52}""")]
    [InlineData("""{"Name":"tea","answer":0,"price":52.52}""")]
    [InlineData("""{"name":"tea","answer":0,"price":52.52,"note":null}""")]
    [InlineData("""{"name":"tea","answer":0,"price":52.52,"unknown":1}""")]
    public async Task The_same_request_in_other_words_is_the_same(string words)
    {
        await PostText("k1", """{"name":"tea","answer":0,"price":52.52}""");
        var repeat = await PostText("k1", words);
        repeat.StatusCode.ShouldBe(HttpStatusCode.Created);
        IsReplay(repeat).ShouldBeTrue();
    }

    [Theory]
    [InlineData("""{"name":"Tea","answer":0,"price":52.52}""")]
    [InlineData("""{"name":"tea","answer":0,"price":52.521}""")]
    [InlineData("""{"name":"tea","answer":0}""")]
    [InlineData("""{"name":"tea","answer":0,"price":52.52,"note":""}""")]
    [InlineData("""{"name":"tea","answer":0,"price":52.52,"marks":[2,1]}""")]
    public async Task Another_request_is_not(string other)
    {
        await PostText("k1", """{"name":"tea","answer":0,"price":52.52}""");
        await (await PostText("k1", other)).ShouldBeProblem(422, "idempotency_key_reused");
    }

    [Fact]
    public async Task An_id_in_the_path_is_the_same_in_any_spelling()
    {
        var id = Guid.CreateVersion7().ToString();
        await Post("k1", path: $"/api/v1/orders/{id}/ship");
        IsReplay(await Post("k1", path: $"/api/v1/Orders/{id.ToUpperInvariant()}/ship")).ShouldBeTrue();
        await (await Post("k1", path: $"/api/v1/orders/{Guid.CreateVersion7()}/ship")).ShouldBeProblem(
            422,
            "idempotency_key_reused"
        );
    }

    Task<HttpResponseMessage> PostText(string key, string body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/orders") { Content = HttpAnswers.Json(body) };
        request.Headers.Add("Idempotency-Key", key);
        return app.Client.SendAsync(request, Stop);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused_under_a_key_too()
    {
        await (await Post("k1", new string('x', 70_000))).ShouldBeProblem(413, "body_too_large");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/orders")
        {
            Content = new StreamContent(new OneWay(Encoding.UTF8.GetBytes(new string(' ', 70_000)))),
        };
        request.Headers.Add("Idempotency-Key", "k2");
        request.Headers.TransferEncodingChunked = true;
        await (await app.Client.SendAsync(request, Stop)).ShouldBeProblem(413, "body_too_large");
        (await Rows()).ShouldBeEmpty();
    }

    sealed class OneWay(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }

    [Fact]
    public async Task A_key_is_ignored_where_no_post_is_allowed()
    {
        await (await Post("k1", path: "/api/v1/nowhere")).ShouldBeProblem(404, "not_found");
        await (await Post("k1", path: "/health/nowhere")).ShouldBeProblem(404, "not_found");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/orders");
        request.Headers.Add("Idempotency-Key", "k1");
        (await app.Client.SendAsync(request, Stop)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Rows()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_client_that_disconnects_gets_the_answer_when_it_repeats()
    {
        work.Hold();
        using var hangUp = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var lost = Post(app, "k1", hangUp: hangUp);
        await work.Begun;
        await hangUp.CancelAsync();
        work.Go();
        await Should.ThrowAsync<OperationCanceledException>(() => lost);
        var repeat = await Post("k1");
        repeat.StatusCode.ShouldBe(HttpStatusCode.Created);
        IsReplay(repeat).ShouldBeTrue();
        work.Attempts.ShouldBe(1);
    }

    [Fact]
    public async Task A_request_whose_answer_is_too_large_to_keep_is_not_executed_again()
    {
        (await Post("k1", answer: 1000)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var repeat = await Post("k1", answer: 1000);
        await repeat.ShouldBeProblem(409, "answer_not_kept");
        work.Attempts.ShouldBe(1);
    }

    [Fact]
    public async Task A_key_is_free_again_after_24_hours_even_before_it_is_deleted()
    {
        await Post("k1");
        clock.Advance(TimeSpan.FromHours(23));
        IsReplay(await Post("k1")).ShouldBeTrue();
        clock.Advance(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(1));
        var later = await Post("k1", "coffee");
        later.StatusCode.ShouldBe(HttpStatusCode.Created);
        IsReplay(later).ShouldBeFalse();
        work.Ids.Distinct().Count().ShouldBe(2);
        IsReplay(await Post("k1", "coffee")).ShouldBeTrue();
    }

    [Fact]
    public async Task Old_keys_are_deleted_in_bulk_and_young_ones_stay()
    {
        await using (var scope = app.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<AppDbContext>();
            for (var i = 0; i < 2500; i++)
                db.Add(Row(Guid.CreateVersion7(), Start.AddHours(-25).AddSeconds(i % 60)));
            await db.SaveChangesAsync(Stop);
        }

        await Post("young");
        (await app.Services.GetRequiredService<IdempotencyStore>().DeleteExpired(Stop)).ShouldBe(2500);
        (await Rows()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_an_endpoint_leaves_unsaved_is_not_saved_with_the_answer()
    {
        (await Post("k1", path: "/api/v1/unsaved")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Rows()).Count.ShouldBe(1);
    }

    [Fact]
    public void One_request_gives_each_of_its_things_an_id_of_its_own()
    {
        var request = new IdempotentRequest(Guid.CreateVersion7(Start));
        var (ride, payment) = (request.IdFor("ride"), request.IdFor("payment"));
        ride.ShouldNotBe(payment);
        ride.ShouldBe(request.IdFor("ride"));
        foreach (var id in new[] { ride, payment })
        {
            id.Version.ShouldBe(7);
            (id.Variant >> 2).ShouldBe(2);
            // The first 48 bits are the time, so that ids sort by it.
            id.ToString()[..13].ShouldBe(Guid.CreateVersion7(Start).ToString()[..13]);
        }
    }
}
