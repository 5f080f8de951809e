using System.Net;
using System.Net.Sockets;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.Host;

/// <summary>The host as a process whose settings or arguments are invalid.</summary>
public sealed class When_settings_are_invalid
{
    [Theory]
    [InlineData("Urls has 'localhost:5080', which is not an address", "Urls=http://localhost:5081;localhost:5080")]
    [InlineData("Urls has 'http://localhost:99999', whose port is above 65535", "Urls=http://localhost:99999")]
    [InlineData("Urls: Cannot assign requested address", "Urls=http://192.0.2.1:5081")]
    [InlineData(
        "ConnectionStrings:RideBooking names a file in a folder that cannot be created",
        "ConnectionStrings:RideBooking=Data Source=/dev/null/rides/ridebooking.db"
    )]
    public async Task End_the_start_with_one_line(string line, string setting)
    {
        var output = await Start("--" + setting);

        output.ShouldContain(line);
        output.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task End_the_start_with_one_line_if_the_address_is_in_use()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();

        var output = await Start($"--Urls=http://{other.LocalEndpoint}");

        output.ShouldContain("Urls: Failed to bind to address");
        output.ShouldNotContain("   at ");
        output.Length.ShouldBeLessThan(1_000);
    }

    [Theory]
    [InlineData("recoverr")]
    [InlineData("--demoo")]
    [InlineData("migrate", "recover")]
    public async Task An_unknown_command_ends_with_the_list_of_commands(params string[] arguments)
    {
        var output = await Start(arguments);

        output.ShouldStartWith("'");
        output.ShouldContain("migrate          create or upgrade");
        output.ShouldNotContain("RideBooking runs on");
    }

    [Fact]
    public async Task An_unknown_setting_ends_the_start() =>
        (await Start("--Matching:OfferTimeut=00:00:30")).ShouldStartWith(
            "'--Matching:OfferTimeut' on the command line"
        );

    [Theory]
    [InlineData("--help", "RideBooking.Host [command]")]
    [InlineData("--version", "1.")]
    public async Task Help_and_version_are_printed_and_nothing_is_started(string argument, string start)
    {
        var (exitCode, output) = await HostProcess.RunToEndAsync([], argument);

        exitCode.ShouldBe(0);
        output.ShouldStartWith(start);
        output.ShouldNotContain("RideBooking runs on");
    }

    static async Task<string> Start(params string[] arguments)
    {
        var settings = new Dictionary<string, string> { ["ASPNETCORE_ENVIRONMENT"] = "Development" };

        var (exitCode, output) = await HostProcess.RunToEndAsync(settings, arguments);

        exitCode.ShouldBe(2, output);
        return output;
    }
}
