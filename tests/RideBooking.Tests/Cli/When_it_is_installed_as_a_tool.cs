using System.Runtime.InteropServices;
using RideBooking.TestKit.Servers;
using RideBooking.Tests.Documentation;

namespace RideBooking.Tests.Cli;

/// <summary>The package of the command line, installed as a .NET tool from a folder.</summary>
public sealed class When_it_is_installed_as_a_tool(ListeningHost host) : IClassFixture<ListeningHost>, IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("ridebooking-tool-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task It_runs_under_its_name_against_a_host()
    {
        await Run(
            "dotnet",
            "pack",
            Path.Combine(GeneratedPage.Repository(), "src", "RideBooking.Cli"),
            // The program of this build.
            "--no-build",
            "--configuration",
            new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name,
            "--output",
            _folder
        );
        // Only this folder: the registry has no such package, and must not be asked.
        var sources = Path.Combine(_folder, "nuget.config");
        await File.WriteAllTextAsync(
            sources,
            $"""
            <configuration>
              <packageSources>
                <clear />
                <add key="here" value="{_folder}" />
              </packageSources>
            </configuration>
            """,
            TestContext.Current.CancellationToken
        );
        var tools = Path.Combine(_folder, "tools");
        await Run("dotnet", "tool", "install", "RideBooking.Cli", "--tool-path", tools, "--configfile", sources);
        var ridebooking = Path.Combine(tools, "ridebooking");

        (await Run(ridebooking, "--help")).ShouldContain("error-queues");
        (await Run(ridebooking, "error-queues", "list", "--all", "--url", host.Url)).ShouldContain(
            "compute-fare_error\t0"
        );
    }

    Task<string> Run(params string[] command) =>
        LocalCommand.RunAsync(
            command,
            [
                // The first use of the SDK writes a welcome, and of a tool a notice on PATH.
                new("DOTNET_CLI_HOME", _folder),
                new("DOTNET_NOLOGO", "1"),
                new("DOTNET_CLI_TELEMETRY_OPTOUT", "1"),
                new("DOTNET_ROOT", DotNet),
                new("NUGET_PACKAGES", Packages),
            ]
        );

    // …/shared/Microsoft.NETCore.App/10.0.0/
    static string DotNet => Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    static string Packages =>
        Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
}
