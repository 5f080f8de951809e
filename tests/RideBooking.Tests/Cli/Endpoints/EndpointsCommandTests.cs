using System.Text.Json.Nodes;
using RideBooking.Cli;

namespace RideBooking.Tests.Cli.Endpoints;

/// <summary>An operator uses <c>ridebooking endpoints</c> on a running host.</summary>
public sealed class EndpointsCommandTests(ListeningHost host) : IClassFixture<ListeningHost>
{
    const string Name = "record-write-off";

    [Fact]
    public async Task Pauses_and_resumes_an_endpoint_and_lists_it_meanwhile()
    {
        (await host.Run("endpoints", "list")).Lines.ShouldContain(line => line.StartsWith($"{Name}\tconsuming\t"));

        (await host.Run("endpoints", "pause", Name, "--reason", "a bug"))
            .ShouldEnd(ExitCode.Done)
            .Out.ShouldBe("The hosts stop to consume it within seconds.\n");
        var list = (await host.Run("endpoints", "list")).ShouldEnd(ExitCode.Done);
        list.Lines.ShouldContain(line => line.StartsWith($"{Name}\tpaused\t"));
        list.Error.ShouldContain($"{Name} is paused: a bug");
        var shown = (await host.Run("endpoints", "show", Name)).ShouldEnd(ExitCode.Done);
        shown.Error.ShouldContain($"{Name} is paused since ");
        JsonNode.Parse((await host.Run("endpoints", "show", Name, "--json")).ShouldEnd(ExitCode.Done).Out)!["pause"]![
            "reason"
        ]!
            .ToString()
            .ShouldBe("a bug");

        (await host.Run("endpoints", "resume", Name, "--reason", "fixed"))
            .ShouldEnd(ExitCode.Done)
            .Out.ShouldBe("The hosts consume it again within seconds.\n");
        (await host.Run("endpoints", "list")).Lines.ShouldContain(line => line.StartsWith($"{Name}\tconsuming\t"));
        var actions = (await host.Run("audit", "actions")).Lines;
        actions.ShouldContain(line => line.Contains("\tpause-endpoint\t") && line.EndsWith("\ta bug"));
        actions.ShouldContain(line => line.Contains("\tresume-endpoint\t") && line.EndsWith("\tfixed"));
    }

    [Fact]
    public async Task Names_an_endpoint_that_does_not_exist_and_asks_for_a_reason()
    {
        (await host.Run("endpoints", "show", "none")).ShouldEnd(ExitCode.NotFound);
        (await host.Run("endpoints", "pause", "none", "--reason", "x")).ShouldEnd(ExitCode.NotFound);
        (await host.Run("endpoints", "pause", Name)).ShouldEnd(ExitCode.Usage);
    }
}
