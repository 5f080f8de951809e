using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Confluent.SchemaRegistry;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Cli;

namespace RideBooking.Tests.Schemas;

/// <summary>The registry over HTTP, as the client of Confluent's NuGet package uses it.</summary>
public sealed class SchemaRegistryTests(ListeningHost host) : IClassFixture<ListeningHost>
{
    const string Subject = nameof(DriverArrived);

    [Fact]
    public async Task The_client_lists_events_and_versions()
    {
        using var registry = await Client();

        (await registry.GetAllSubjectsAsync()).ShouldBe(
            EventCatalogue.Published.All.Select(type => type.Name).Distinct(),
            ignoreOrder: true
        );
        (await registry.GetSubjectVersionsAsync(Subject)).ShouldBe([1]);
    }

    [Fact]
    public async Task The_client_reads_a_schema_by_version_as_the_latest_and_by_id()
    {
        using var registry = await Client();

        var first = await registry.GetRegisteredSchemaAsync(Subject, 1);
        first.SchemaType.ShouldBe(SchemaType.Json);
        JsonNode.Parse(first.SchemaString)!["title"]!.GetValue<string>().ShouldBe(Subject);
        (await registry.GetLatestSchemaAsync(Subject)).Id.ShouldBe(first.Id);
        (await registry.GetSchemaAsync(first.Id)).SchemaString.ShouldBe(first.SchemaString);
        (await registry.GetSchemaBySubjectAndIdAsync(Subject, first.Id)).SchemaString.ShouldBe(first.SchemaString);
    }

    [Fact]
    public async Task The_client_gets_the_id_of_a_registered_schema_whatever_its_format_and_descriptions()
    {
        using var registry = await Client();
        var registered = await registry.GetLatestSchemaAsync(Subject);
        var same = JsonNode.Parse(registered.SchemaString)!.AsObject();
        same.Remove("description");
        var schema = new Schema(same.ToJsonString(), SchemaType.Json);

        (await registry.RegisterSchemaAsync(Subject, schema)).ShouldBe(registered.Id);
        (await registry.GetSchemaIdAsync(Subject, schema)).ShouldBe(registered.Id);
        (await registry.LookupSchemaAsync(Subject, schema, ignoreDeletedSchemas: true)).Version.ShouldBe(1);
    }

    [Fact]
    public async Task A_new_schema_is_refused_and_the_message_says_how_versions_are_added()
    {
        using var registry = await Client();

        var refused = await Should.ThrowAsync<SchemaRegistryException>(() =>
            registry.RegisterSchemaAsync(Subject, new Schema("""{"type":"object"}""", SchemaType.Json))
        );

        refused.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        refused.ErrorCode.ShouldBe(42205);
        refused.Message.ShouldContain("Add a version of DriverArrived as a record in RideBooking.Contracts");
    }

    [Fact]
    public async Task The_client_tests_compatibility_and_reads_the_level()
    {
        using var registry = await Client();
        var latest = JsonNode.Parse((await registry.GetLatestSchemaAsync(Subject)).SchemaString)!.AsObject();

        latest["properties"]!["promotion"] = new JsonObject { ["type"] = "string" };
        (await registry.IsCompatibleAsync(Subject, new Schema(latest.ToJsonString(), SchemaType.Json))).ShouldBeTrue();
        latest["required"]!.AsArray().Add("promotion");
        (await registry.IsCompatibleAsync(Subject, new Schema(latest.ToJsonString(), SchemaType.Json))).ShouldBeFalse();

        (await registry.GetCompatibilityAsync()).ShouldBe(Confluent.SchemaRegistry.Compatibility.FullTransitive);
        (await registry.GetCompatibilityAsync(Subject)).ShouldBe(Confluent.SchemaRegistry.Compatibility.FullTransitive);
    }

    [Theory]
    [InlineData(40401, "subjects/RideImagined/versions")]
    [InlineData(40401, "subjects/RideImagined/versions/1")]
    [InlineData(40402, "subjects/DriverArrived/versions/99")]
    [InlineData(42202, "subjects/DriverArrived/versions/newest")]
    [InlineData(40403, "schemas/ids/4711")]
    [InlineData(40401, "config/RideImagined")]
    public async Task An_error_has_the_code_of_Confluents_registry(int errorCode, string path)
    {
        var refused = await (await host.City.Operator()).Get($"schemas/{path}");

        ((int)refused.Status).ShouldBe(errorCode / 100);
        refused.Body!["error_code"]!.GetValue<int>().ShouldBe(errorCode);
        refused.Text("message").ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("AVRO", """{"type":"record"}""")]
    [InlineData("JSON", "not JSON")]
    [InlineData("JSON", "[]")]
    [InlineData("JSON", """{"properties":{"rideId":{"$ref":"https://example.org/uuid.json"}}}""")]
    [InlineData("JSON", """{"type":7}""")]
    [InlineData("JSON", """{"type":"object","type":"string"}""")]
    [InlineData("JSON", """{"properties":{"rideId":{"$ref":"#/kinds/7"}},"kinds":[]}""")]
    public async Task A_schema_that_cannot_be_read_is_refused(string type, string schema)
    {
        var body = new JsonObject { ["schema"] = schema, ["schemaType"] = type };

        var refused = await (await host.City.Operator()).Post(
            $"schemas/compatibility/subjects/{Subject}/versions/latest",
            body
        );

        refused.ShouldBe(HttpStatusCode.UnprocessableEntity, "invalid_schema").Body!["error_code"]!
            .GetValue<int>()
            .ShouldBe(42201);
    }

    [Fact]
    public async Task The_reasons_for_an_incompatible_schema_are_given_on_request()
    {
        var caller = await host.City.Operator();
        var body = new JsonObject
        {
            ["schema"] = """{"type":"object","required":["promotion"]}""",
            ["schemaType"] = "JSON",
        };

        var answer = await caller.Post($"schemas/compatibility/subjects/{Subject}/versions?verbose=true", body);

        answer.Body!["is_compatible"]!.GetValue<bool>().ShouldBeFalse();
        answer.Body["messages"]!
            .AsArray()
            .Select(message => message!.GetValue<string>())
            .ShouldContain(message =>
                message.StartsWith(
                    "FULL_TRANSITIVE, backward with version 1: required_member_missing at 'promotion'",
                    StringComparison.Ordinal
                )
            );
    }

    [Fact]
    public async Task Answers_have_the_media_type_of_Confluents_registry() =>
        (await (await host.City.Operator()).Get("schemas/subjects?subjectPrefix=Ride&deleted=false"))
            .ShouldBe(HttpStatusCode.OK)
            .Response.Content.Headers.ContentType!.MediaType.ShouldBe("application/vnd.schemaregistry.v1+json");

    [Fact]
    public async Task Only_operators_read_the_registry()
    {
        (await host.City.Anonymous().Get("schemas/subjects")).ShouldBe(HttpStatusCode.Unauthorized);
        (await (await host.City.Rider()).Get("schemas/subjects")).ShouldBe(HttpStatusCode.Forbidden);
    }

    async Task<CachedSchemaRegistryClient> Client()
    {
        using var http = new HttpClient { BaseAddress = new Uri(host.Url) };
        var answer = await http.PostAsync(
            "dev/token",
            new StringContent("""{"role":"operator"}""", MediaTypeHeaderValue.Parse("application/json")),
            TestContext.Current.CancellationToken
        );
        var token = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))![
            "access_token"
        ]!;
        return new CachedSchemaRegistryClient(
            new SchemaRegistryConfig
            {
                Url = $"{host.Url}api/v1/schemas",
                BearerAuthCredentialsSource = BearerAuthCredentialsSource.StaticToken,
                BearerAuthToken = token.GetValue<string>(),
                // The client demands both; only Confluent's cloud reads them.
                BearerAuthLogicalCluster = "none",
                BearerAuthIdentityPoolId = "none",
            }
        );
    }
}
