using System.Text.Json.Nodes;
using RideBooking.Cli;
using RideBooking.EventLog;

namespace RideBooking.Tests.Cli.Schemas;

/// <summary>A developer uses <c>ridebooking schemas</c> on a running host.</summary>
public sealed class SchemasCommandTests(ListeningHost host) : IClassFixture<ListeningHost>, IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("ridebooking-schemas-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Lists_the_events_with_what_they_say()
    {
        var lines = (await host.Run("schemas", "list")).ShouldEnd(ExitCode.Done).Lines;

        lines.Count.ShouldBe(EventCatalogue.Published.All.DistinctBy(type => type.Name).Count() + 1);
        lines
            .Single(line => line.StartsWith("RideStarted\t", StringComparison.Ordinal))
            .ShouldEndWith("\tThe rider is aboard.");
        (await host.Run("schemas", "list", "--all", "--json"))
            .Json.AsArray()
            .Count.ShouldBe(EventCatalogue.Published.All.Count());
    }

    [Fact]
    public async Task Shows_the_members_of_an_event()
    {
        var lines = (await host.Run("schemas", "show", "FareFinalized")).ShouldEnd(ExitCode.Done).Lines;

        lines.ShouldContain("rideId\tstring, format uuid\tyes\tThe ride.");
        lines.ShouldContain(line =>
            line.StartsWith("lines[].amount.currency\tstring, pattern ^[A-Z]{3}$\tyes\t", StringComparison.Ordinal)
        );
        lines.ShouldContain(line =>
            line.StartsWith("ignoredDistanceMeters\tinteger or null", StringComparison.Ordinal)
        );
        (await host.RunOnTerminal(100, "", "schemas", "show", "FareFinalized")).Out.ShouldContain("Fare as quoted");
    }

    [Fact]
    public async Task Checks_whether_a_schema_could_be_the_next_version()
    {
        var schema = await Schema("RideStarted");
        schema["properties"]!["childSeat"] = new JsonObject { ["type"] = "boolean" };
        (await host.Run("schemas", "check", "RideStarted", Write(schema)))
            .ShouldEnd(ExitCode.Done)
            .Out.ShouldBe("Compatible (FULL_TRANSITIVE).\n");

        schema["required"]!.AsArray().Add("childSeat");
        var refused = (await host.Run("schemas", "check", "RideStarted", Write(schema))).ShouldEnd(ExitCode.Failed);
        refused.Out.ShouldStartWith(
            "FULL_TRANSITIVE, backward with version 1: required_member_missing at 'childSeat': "
        );
    }

    [Fact]
    public async Task Lists_the_members_that_differ()
    {
        (await host.Run("schemas", "diff", "RideStarted", "1"))
            .ShouldEnd(ExitCode.Done)
            .Error.ShouldBe("No member differs.\n");

        var schema = await Schema("RideStarted");
        schema["properties"]!.AsObject().Remove("waitSeconds");
        schema["properties"]!["childSeat"] = new JsonObject { ["type"] = "boolean" };
        schema["properties"]!["riderId"]!["type"] = "integer";
        (await host.Run("schemas", "diff", "RideStarted", "1", Write(schema)))
            .ShouldEnd(ExitCode.Done)
            .Lines.Skip(1)
            .ShouldBe(
                [
                    "changed\triderId\tstring, minLength 1, required\tinteger, minLength 1, required",
                    "removed\twaitSeconds\tinteger, required\t",
                    "added\tchildSeat\t\tboolean",
                ],
                ignoreOrder: true
            );
    }

    [Theory]
    [InlineData(ExitCode.NotFound, "show", "RideImagined")]
    [InlineData(ExitCode.NotFound, "show", "RideStarted", "99")]
    [InlineData(ExitCode.Usage, "check", "RideStarted", "no-such-file.json")]
    [InlineData(ExitCode.NotAllowed, "list", "--token", "wrong")]
    public async Task Reports_an_error_in_one_line(int exitCode, params string[] command)
    {
        var result = (await host.Run(["schemas", .. command])).ShouldEnd(exitCode);
        result.Out.ShouldBeEmpty();
        result.Error.ShouldMatch("^ridebooking: [^\n]+\n$");
    }

    async Task<JsonNode> Schema(string subject) =>
        JsonNode.Parse((await host.Run("schemas", "show", subject, "--json")).Json["schema"]!.GetValue<string>())!;

    string Write(JsonNode schema)
    {
        var file = Path.Combine(_folder, "new.json");
        File.WriteAllText(file, schema.ToJsonString());
        return file;
    }
}
