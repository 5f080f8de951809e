using System.Text.Json;

namespace RideBooking.Tests.Platform.Http.OpenApi;

public sealed class ApiDocumentTests
{
    static readonly ApiDocument s_document = new(
        JsonDocument
            .Parse(
                """
                {
                  "paths": {
                    "/things/{id}": {
                      "get": {
                        "responses": {
                          "200": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Thing" } } } },
                          "204": { "description": "none" },
                          "409": { "content": { "application/problem+json": { "schema": { "allOf": [
                            { "$ref": "#/components/schemas/Problem" },
                            { "properties": { "code": { "enum": ["sold_out"] } } } ] } } } }
                        }
                      }
                    }
                  },
                  "components": { "schemas": {
                    "Thing": {
                      "type": "object",
                      "required": ["id", "kind"],
                      "properties": {
                        "id": { "type": "string", "format": "uuid" },
                        "kind": { "enum": ["small", "large"] },
                        "count": { "type": ["null", "integer"], "minimum": 1 },
                        "parts": { "type": "array", "items": { "oneOf": [{ "type": "null" }, { "$ref": "#/components/schemas/Thing" }] } },
                        "names": { "type": "object", "additionalProperties": { "type": "string" } }
                      }
                    },
                    "Problem": {
                      "type": "object", "required": ["code"], "additionalProperties": {},
                      "properties": { "code": { "type": "string" } }
                    }
                  } }
                }
                """
            )
            .RootElement
    );

    static IReadOnlyList<string> Of(int status, string? body, string? mediaType = "application/json") =>
        s_document.Faults(HttpMethod.Get, "/things/1", status, mediaType, body);

    const string Id = "\"id\":\"019cad1c-0000-7000-8000-000000000000\"";

    [Theory]
    [InlineData(200, $$$"""{{{{Id}}},"kind":"small"}""")]
    [InlineData(
        200,
        $$$"""{{{{Id}}},"kind":"small","count":null,"parts":[null,{{{{Id}}},"kind":"large","count":2}]}"""
    )]
    [InlineData(200, $$$"""{{{{Id}}},"kind":"small","names":{"de":"x"}}""")]
    [InlineData(409, """{"code":"sold_out","since":"today"}""", "application/problem+json")]
    [InlineData(204, "", null)]
    public void A_described_answer_has_no_faults(int status, string body, string? mediaType = "application/json") =>
        Of(status, body, mediaType).ShouldBeEmpty();

    [Theory]
    [InlineData(500, "{}")]
    [InlineData(204, "{}")]
    [InlineData(200, "{}")]
    [InlineData(200, "[]")]
    [InlineData(200, $$$"""{{{{Id}}},"kind":"huge"}""")]
    [InlineData(200, """{"id":"1","kind":"small"}""")]
    [InlineData(200, $$$"""{{{{Id}}},"kind":"small","colour":"red"}""")]
    [InlineData(200, $$$"""{{{{Id}}},"kind":"small","count":0}""")]
    [InlineData(200, $$$"""{{{{Id}}},"kind":"small","count":"1"}""")]
    [InlineData(200, $$$"""{{{{Id}}},"kind":"small","parts":[{}]}""")]
    [InlineData(200, $$$"""{{{{Id}}},"kind":"small","names":{"de":1}}""")]
    [InlineData(200, $$$"""{{{{Id}}},"kind":"small"}""", "text/plain")]
    [InlineData(409, """{"code":"stolen"}""", "application/problem+json")]
    [InlineData(409, "{}", "application/problem+json")]
    public void An_answer_that_is_not_described_has(int status, string body, string? mediaType = "application/json") =>
        Of(status, body, mediaType).ShouldNotBeEmpty();

    [Fact]
    public void What_has_no_operation_is_not_found_or_not_allowed()
    {
        s_document.Faults(HttpMethod.Get, "/nowhere", 404, null, null).ShouldBeEmpty();
        s_document.Faults(HttpMethod.Get, "/nowhere", 200, null, null).ShouldNotBeEmpty();
        s_document.Faults(HttpMethod.Post, "/things/1", 405, null, null).ShouldBeEmpty();
        s_document.Faults(HttpMethod.Post, "/things/1", 200, null, null).ShouldNotBeEmpty();
    }
}
