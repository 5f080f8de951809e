using System.Net;
using System.Net.Sockets;
using RideBooking.IntegrationTests.Infrastructure;

namespace RideBooking.IntegrationTests.Http;

/// <summary>The host as a process that cannot start as it is told to.</summary>
public sealed class Settings_that_cannot_work
{
    [Theory]
    [InlineData("Urls has 'localhost:5080', which is no address", "Urls=http://localhost:5081;localhost:5080")]
    [InlineData(
        "ConnectionStrings:RideBooking names a file in a folder that cannot be made",
        "ConnectionStrings:RideBooking=Data Source=/dev/null/rides/ridebooking.db"
    )]
    public async Task End_the_start_with_one_line(string line, string setting)
    {
        var output = await Start("--" + setting);

        output.ShouldContain(line);
        output.ShouldNotContain("   at ");
    }

    // The framework logs its exception, and then comes our line.
    [Fact]
    public async Task End_the_start_where_another_process_has_the_address()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();

        (await Start($"--Urls=http://{other.LocalEndpoint}")).ShouldContain("Urls: Failed to bind to address");
    }

    static async Task<string> Start(string argument)
    {
        var settings = new Dictionary<string, string> { ["ASPNETCORE_ENVIRONMENT"] = "Development" };

        var (exitCode, output) = await HostProcess.RunToEndAsync(settings, argument);

        exitCode.ShouldBe(2, output);
        return output;
    }
}
