using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using RideBooking.EventLog;
using RideBooking.Tests.Documentation;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Schemas.AsyncApi;

/// <summary>The AsyncAPI document, judged by the validator of the AsyncAPI project.</summary>
public sealed class AsyncApiDocumentTests(EmbeddedHost host) : IClassFixture<EmbeddedHost>
{
    static readonly string Validator = Path.Combine(
        GeneratedPage.Repository(),
        "tests",
        "RideBooking.Tests",
        "Schemas",
        "AsyncApi"
    );

    [Fact]
    public async Task The_validator_finds_no_error()
    {
        SkipWithoutValidator();
        var document = (await (await host.City.Operator()).Get("asyncapi.json")).ShouldBe(HttpStatusCode.OK).Body!;

        var lines = await Validate(document);

        lines
            .ShouldHaveSingleItem()
            .ShouldBe(
                $"{document["operations"]!.AsObject().Count} operations, {EventCatalogue.Published.All.Count()} messages"
            );
    }

    [Fact]
    public async Task The_validator_would_find_an_operation_on_a_channel_that_does_not_exist()
    {
        SkipWithoutValidator();
        var document = (await (await host.City.Operator()).Get("asyncapi.json")).Body!;
        document["channels"]!.AsObject().Remove("RideRequested.v1");

        (await Validate(document)).ShouldContain(line => line.StartsWith("invalid-ref at operations.rides.publish"));
    }

    [Fact]
    public async Task It_says_who_publishes_and_who_consumes_an_event()
    {
        var document = (await (await host.City.Operator()).Get("asyncapi.json")).Body!;

        var operations = document["operations"]!.AsObject();
        operations["rides.publish.RideRequested.v1"]!["action"]!.GetValue<string>().ShouldBe("send");
        operations["matching.SearchForDriver.RideRequested.v1"]!["action"]!.GetValue<string>().ShouldBe("receive");
        operations["payments.PaymentStateMachine.RideRequested.v2"]!["action"]!.GetValue<string>().ShouldBe("receive");
        document["channels"]!["RideRequested.v1"]!["address"]!
            .GetValue<string>()
            .ShouldBe("RideBooking.Contracts:RideRequested");
    }

    [Fact]
    public async Task It_is_served_beside_the_OpenAPI_document_to_operators_only()
    {
        using var anyone = host.CreateClient();
        (await anyone.GetAsync("/asyncapi.json", TestContext.Current.CancellationToken)).StatusCode.ShouldBe(
            HttpStatusCode.Unauthorized
        );
        (await host.City.Anonymous().Get("asyncapi.json")).ShouldBe(HttpStatusCode.Unauthorized);
        (await (await host.City.Rider()).Get("/asyncapi.json")).ShouldBe(HttpStatusCode.Forbidden);
        (await (await host.City.Operator()).Get("/asyncapi.json")).ShouldBe(HttpStatusCode.OK);
    }

    static void SkipWithoutValidator()
    {
        if (Directory.Exists(Path.Combine(Validator, "node_modules")))
            return;
        const string Reason =
            "The validator of AsyncAPI is not installed: npm ci --prefix tests/RideBooking.Tests/Schemas/AsyncApi";
        if (Environment.GetEnvironmentVariable("RIDEBOOKING_REQUIRE_INFRASTRUCTURE") == "1")
            Assert.Fail(Reason);
        Assert.Skip(Reason);
    }

    static async Task<IReadOnlyList<string>> Validate(JsonNode document)
    {
        using var validator = Process.Start(
            new ProcessStartInfo("node", [Path.Combine(Validator, "validate.js")])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            }
        )!;
        await validator.StandardInput.WriteAsync(document.ToJsonString());
        validator.StandardInput.Close();
        var output = await validator.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await validator.WaitForExitAsync(TestContext.Current.CancellationToken);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
