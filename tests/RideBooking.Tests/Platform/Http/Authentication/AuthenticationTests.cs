using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using RideBooking.Platform.Configuration;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.OpenApi;

namespace RideBooking.Tests.Platform.Http.Authentication;

public sealed class AuthenticationTests
{
    const string Key = "0123456789abcdef0123456789abcdef";
    static readonly DateTimeOffset Now = new(2026, 1, 10, 10, 10, 0, TimeSpan.Zero);

    static void Map(WebApplication app)
    {
        app.MapRiders().MapGet("/rider", (Rider rider) => rider.Id);
        app.MapDrivers().MapGet("/driver", (Driver driver) => driver.Id);
        app.MapOperators().MapGet("/operator", (Operator by) => by.Id);
        var several = app.MapCallers("Tests", Role.Rider, Role.Operator);
        several.MapGet("/either", (Caller caller) => $"{caller.Id}:{string.Join(',', caller.Roles)}");
        app.MapPublic("Tests").MapGet("/forgot-policy", (Rider rider) => rider.Id);
        app.MapPublic("Tests").MapGet("/anyone", () => "hello");
    }

    static Task<HttpApp> Development(params (string, string)[] settings) => HttpApp.Start(Map, settings: settings);

    static Task<HttpApp> Production(FakeTimeProvider? clock = null, params (string, string)[] settings) =>
        HttpApp.Start(
            Map,
            "Production",
            builder => builder.Services.AddSingleton<TimeProvider>(clock ?? new FakeTimeProvider(Now)),
            [("Auth:SigningKey", Key), .. settings]
        );

    [Fact]
    public async Task Tokens_need_no_data_protection_which_would_warn_of_its_keys_at_each_start()
    {
        await using var app = await Development();
        app.Services.GetService<IDataProtectionProvider>().ShouldBeNull();
    }

    static string Token(object? sub, object? role, string key = Key, DateTimeOffset? expires = null, string? aud = null)
    {
        var claims = new Dictionary<string, object>();
        if (sub is not null)
            claims["sub"] = sub;
        if (role is not null)
            claims["role"] = role;
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
            new SecurityTokenDescriptor
            {
                Claims = claims,
                Audience = aud,
                Expires = (expires ?? Now.AddHours(1)).UtcDateTime,
                SigningCredentials = new SigningCredentials(
                    new SymmetricSecurityKey(Encoding.UTF8.GetBytes(key)),
                    SecurityAlgorithms.HmacSha256
                ),
            }
        );
    }

    static Task<HttpResponseMessage> Get(HttpClient client, string path) =>
        client.GetAsync($"/api/v1{path}", TestContext.Current.CancellationToken);

    static async Task<string> Text(HttpResponseMessage answer)
    {
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("rider", "/rider")]
    [InlineData("driver", "/driver")]
    [InlineData("operator", "/operator")]
    public async Task A_development_token_opens_its_role_and_no_other(string role, string path)
    {
        await using var app = await Development();
        var client = await app.As(role, "anna@example");
        (await Text(await Get(client, path))).ShouldBe("anna@example");
        foreach (var other in new[] { "/rider", "/driver", "/operator" }.Where(other => other != path))
            await (await Get(client, other)).ShouldBeProblem(403, "forbidden");
    }

    [Fact]
    public async Task No_token_is_401_and_names_the_scheme()
    {
        await using var app = await Development();
        var answer = await Get(app.Client, "/rider");
        await answer.ShouldBeProblem(401, "unauthorized");
        answer.Headers.WwwAuthenticate.ShouldContain(scheme => scheme.Scheme == "Bearer");
    }

    [Fact]
    public async Task An_anonymous_endpoint_needs_no_token_and_ignores_a_bad_one()
    {
        await using var app = await Development();
        (await Text(await Get(app.Client, "/anyone"))).ShouldBe("hello");
        (await Text(await Get(app.WithToken("garbage"), "/anyone"))).ShouldBe("hello");
    }

    [Fact]
    public async Task Several_roles_may_share_an_endpoint()
    {
        await using var app = await Development();
        (await Text(await Get(await app.As("rider", "r"), "/either"))).ShouldBe("r:Rider");
        (await Text(await Get(await app.As("operator", "o"), "/either"))).ShouldBe("o:Operator");
        await (await Get(await app.As("driver"), "/either")).ShouldBeProblem(403, "forbidden");
    }

    [Fact]
    public async Task A_typed_caller_is_refused_even_where_the_route_forgot_its_policy()
    {
        await using var app = await Development();
        await (await Get(app.Client, "/forgot-policy")).ShouldBeProblem(403, "forbidden");
        await (await Get(await app.As("driver"), "/forgot-policy")).ShouldBeProblem(403, "forbidden");
    }

    [Fact]
    public async Task A_token_of_two_roles_opens_both()
    {
        await using var app = await Production();
        var client = app.WithToken(Token("x", new[] { "rider", "driver", "pilot" }));
        (await Text(await Get(client, "/rider"))).ShouldBe("x");
        (await Text(await Get(client, "/driver"))).ShouldBe("x");
        (await Text(await Get(client, "/either"))).ShouldBe("x:Rider,Driver");
        await (await Get(client, "/operator")).ShouldBeProblem(403, "forbidden");
    }

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    public async Task A_subject_that_no_path_can_have_is_refused_with_the_rule(string subject)
    {
        await using var app = await Production();
        var problem = await (await Get(app.WithToken(Token(subject, "rider")), "/rider")).ShouldBeProblem(
            401,
            "unauthorized"
        );
        problem.GetProperty("detail").GetString()!.ShouldContain("must not be '.' or '..'");

        await using var development = await Development();
        var answer = await development.Client.PostAsync(
            "/dev/token",
            HttpAnswers.Json($$"""{"role":"rider","subject":"{{subject}}"}"""),
            TestContext.Current.CancellationToken
        );
        await answer.ShouldRefuse("subject");
    }

    [Theory]
    [InlineData(1, 200)]
    [InlineData(255, 200)]
    [InlineData(0, 401)]
    [InlineData(256, 401)]
    public async Task A_subject_has_1_to_255_characters(int length, int status)
    {
        await using var app = await Production();
        var answer = await Get(app.WithToken(Token(new string('s', length), "rider")), "/rider");
        ((int)answer.StatusCode).ShouldBe(status);
        if (status == 401)
            await answer.ShouldBeProblem(401, "unauthorized");
    }

    public static TheoryData<string, string> BadTokens() =>
        new()
        {
            { "no subject", Token(null, "rider") },
            { "blank subject", Token("  ", "rider") },
            { "control characters", Token("a\0b", "rider") },
            { "another key", Token("a", "rider", "another-key-of-thirty-two-bytes-!") },
            { "expired", Token("a", "rider", expires: Now.AddSeconds(-31)) },
            { "unsigned", Unsigned() },
            { "garbage", "garbage" },
        };

    static string Unsigned() =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
            new SecurityTokenDescriptor
            {
                Claims = new Dictionary<string, object> { ["sub"] = "a", ["role"] = "rider" },
                Expires = Now.AddHours(1).UtcDateTime,
            }
        );

    [Theory]
    [MemberData(nameof(BadTokens))]
    public async Task A_token_that_cannot_be_trusted_is_401(string why, string token)
    {
        await using var app = await Production();
        var answer = await Get(app.WithToken(token), "/rider");
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, why);
        await answer.ShouldBeProblem(401, "unauthorized");
    }

    [Fact]
    public async Task A_token_expires_by_the_process_clock()
    {
        var clock = new FakeTimeProvider(Now);
        await using var app = await Production(clock);
        var client = app.WithToken(Token("a", "rider", expires: Now.AddMinutes(5)));
        (await Get(client, "/rider")).StatusCode.ShouldBe(HttpStatusCode.OK);
        clock.Advance(TimeSpan.FromMinutes(6));
        await (await Get(client, "/rider")).ShouldBeProblem(401, "unauthorized");
    }

    [Fact]
    public async Task A_token_without_a_known_role_is_403()
    {
        await using var app = await Production();
        await (await Get(app.WithToken(Token("a", null)), "/rider")).ShouldBeProblem(403, "forbidden");
        await (await Get(app.WithToken(Token("a", "Rider")), "/rider")).ShouldBeProblem(403, "forbidden");
    }

    [Fact]
    public async Task A_configured_audience_is_required()
    {
        await using var app = await Production(null, ("Auth:Audience", "rides"));
        (await Get(app.WithToken(Token("a", "rider", aud: "rides")), "/rider")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Get(app.WithToken(Token("a", "rider", aud: "shop")), "/rider")).StatusCode.ShouldBe(
            HttpStatusCode.Unauthorized
        );
        (await Get(app.WithToken(Token("a", "rider")), "/rider")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Development_tokens_do_not_exist_outside_development()
    {
        await using var app = await Production();
        foreach (var path in new[] { "/dev/token", "/api/v1/dev/token" })
        {
            var answer = await app.Client.PostAsJsonAsync(
                path,
                new { role = "rider" },
                TestContext.Current.CancellationToken
            );
            await answer.ShouldBeProblem(404, "not_found");
        }
    }

    [Theory]
    [InlineData("/dev/token")]
    [InlineData("/api/v1/dev/token")]
    public async Task A_development_token_answers_in_the_words_of_oauth(string path)
    {
        await using var app = await Development();
        var answer = await app.Client.PostAsync(
            path,
            HttpAnswers.Json("""{"role":"driver"}"""),
            TestContext.Current.CancellationToken
        );
        var token = await answer.Body();
        token.GetProperty("token_type").GetString().ShouldBe("Bearer");
        token.GetProperty("expires_in").GetInt32().ShouldBeGreaterThan(600);
        var id = await Text(await Get(app.WithToken(token.GetProperty("access_token").GetString()!), "/driver"));
        Guid.Parse(id).Version.ShouldBe(7);
    }

    [Theory]
    [InlineData("""{"role":"admin"}""", "role")]
    [InlineData("""{"subject":"a"}""", "role")]
    [InlineData("""{"role":"rider","subject":""}""", "subject")]
    public async Task A_development_token_needs_a_known_role_and_a_usable_subject(string body, string field)
    {
        await using var app = await Development();
        var answer = await app.Client.PostAsync(
            "/dev/token",
            HttpAnswers.Json(body),
            TestContext.Current.CancellationToken
        );
        await answer.ShouldRefuse(field);
    }

    [Fact]
    public async Task A_development_key_that_is_configured_signs_the_tokens()
    {
        await using var app = await Development(("Auth:SigningKey", Key));
        var token = Token("x", "rider", expires: DateTimeOffset.MaxValue.AddYears(-7000));
        (await Text(await Get(app.WithToken(token), "/rider"))).ShouldBe("x");
        (await Text(await Get(await app.As("rider", "y"), "/rider"))).ShouldBe("y");
    }

    public static TheoryData<string, string[], string> WrongSettings() =>
        new()
        {
            { "Production", [], "Auth:SigningKey" },
            { "Production", ["Auth:SigningKey=too-short"], "32" },
            { "Production", ["Auth:Authority=https://id.example"], "Auth:Audience" },
            { "Production", ["Auth:Authority=http://id.example", "Auth:Audience=rides"], "https" },
            { "Production", ["Auth:Authority=id", "Auth:Audience=rides"], "Auth:Authority" },
            { "Development", [$"Auth:SigningKey={Key}", "Auth:Authority=https://id.example"], "only one" },
        };

    [Theory]
    [MemberData(nameof(WrongSettings))]
    public async Task Settings_that_cannot_work_stop_the_start_with_one_line(
        string environment,
        string[] settings,
        string named
    )
    {
        var wrong = await Should.ThrowAsync<ConfigurationException>(() =>
            HttpApp.Start(
                Map,
                environment,
                settings: [.. settings.Select(setting => setting.Split('=', 2)).Select(part => (part[0], part[1]))]
            )
        );
        wrong.Message.ShouldContain(named);
        wrong.Message.ShouldNotContain('\n');
    }
}
