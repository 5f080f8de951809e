using System.Collections;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.Documentation;

/// <summary>The shell commands of pages that a reader types one after the other.</summary>
static class WalkThrough
{
    /// <summary>Runs every block of shell commands between the marks of some pages, as one script.</summary>
    /// <param name="host">The host that the commands are for.</param>
    /// <param name="pages">The pages' paths in the repository.</param>
    /// <returns>What the commands wrote to their standard output.</returns>
    public static async Task<string> Run(HostProcess host, params string[] pages)
    {
        var (repository, cli) = (Page.Repository, BuiltProgram.PathOf("RideBooking.Cli", "ridebooking"));
        var folder = Directory.CreateTempSubdirectory("ridebooking-pages-").FullName;
        try
        {
            // In a folder of its own: the pages write files.
            var script = $"cd {folder}\nridebooking() {{ dotnet {cli} \"$@\"; }}\n";
            foreach (var page in pages)
                script += (await Page.Read(page)).WalkThrough();
            script = script
                .Replace("http://localhost:5080/", host.Address.AbsoluteUri, StringComparison.Ordinal)
                .Replace("dotnet run --project src/RideBooking.Cli --", $"dotnet {cli}", StringComparison.Ordinal)
                .Replace(" src/", $" {repository}/src/", StringComparison.Ordinal);
            return await LocalCommand.RunAsync(
                ["/bin/sh", "-eu", "-c", script],
                [
                    KeyValuePair.Create("RIDEBOOKING_URL", host.Address.AbsoluteUri),
                    .. Environment
                        .GetEnvironmentVariables()
                        .Cast<DictionaryEntry>()
                        .Select(variable => KeyValuePair.Create((string)variable.Key, (string?)variable.Value ?? ""))
                        .Where(variable => variable.Key.StartsWith("DOTNET_", StringComparison.Ordinal)),
                ]
            );
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
