using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RideBooking.TestKit.Api;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.Documentation;

/// <summary>The steps of docs/schemas.md, in a copy of the repository.</summary>
/// <remarks>Only the projects that the steps change are built again; the others are copied as they were built.</remarks>
public sealed partial class When_a_version_of_an_event_is_added : IDisposable
{
    const string Section = "Add a version of an event";
    const string Contracts = "src/RideBooking.Contracts";
    const string Schemas = "src/RideBooking.Schemas";
    const string Rides = "src/Modules/RideBooking.Rides";
    const string Console = "src/Modules/RideBooking.Console";
    const string Host = "src/RideBooking.Host";

    static readonly DirectoryInfo s_framework = new(AppContext.BaseDirectory);

    // bin/Debug/net10.0, as these tests were built.
    static readonly string s_output = Path.Combine("bin", s_framework.Parent!.Name, s_framework.Name);

    readonly string _copy = Directory.CreateTempSubdirectory("ridebooking-copy-").FullName;

    public void Dispose() => Directory.Delete(_copy, recursive: true);

    [Fact]
    public async Task The_build_accepts_it_and_old_events_are_read_as_the_new_version()
    {
        Dictionary<string, string> settings = new()
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["ConnectionStrings__RideBooking"] = $"Data Source={Path.Combine(_copy, "rides.db")}",
        };
        await using (var before = await HostProcess.StartAsync(settings))
        {
            await Ride(before);
            (await before.StopAsync()).ShouldBe(0, before.Output);
        }

        Copy();
        await Follow(await Page.Read("docs/schemas.md"));
        foreach (var made in new[] { "Schemas/RideStarted/v2.json", "Corpus/RideStarted.v2.json" })
            File.Exists(Path.Combine(_copy, Contracts, made)).ShouldBeTrue(made);
        Read($"{Contracts}/Schemas/registry.json").ShouldContain("\"subject\":\"RideStarted\",\"version\":2,");

        await using var after = await HostProcess.StartBuildAsync(
            Path.Combine(_copy, Host, s_output, "RideBooking.Host.dll"),
            settings
        );
        await Ride(after);
        var events = (await (await City(after).Operator()).Get("events?type=RideStarted")).Body!["items"]!
            .AsArray()
            .Select(item => (Version: (int)item!["version"]!, PinVerified: (bool)Payload(item)["pinVerified"]!));
        events.ShouldBe([(2, false), (2, true)]);
        (await after.StopAsync()).ShouldBe(0, after.Output);
    }

    static JsonNode Payload(JsonNode item) => item["payload"]!;

    async Task Follow(Page page)
    {
        var code = page.Blocks("csharp", Section);
        code.Count.ShouldBe(3);
        var (record, publish, example) = (code[0], code[1].Trim(), code[2].Trim());

        const string old = "public sealed record RideStarted(";
        Replace($"{Contracts}/Events/RideEvents.cs", old, old.Replace("sealed ", "", StringComparison.Ordinal));
        Append($"{Contracts}/Events/RideEvents.cs", $"\n{record}");
        Replace(
            $"{Rides}/RideSteps.cs",
            "return new RideStarted(ride.CorrelationId, ride.RiderId, ride.DriverId!, at, wait);",
            publish
        );
        const string oldExample = "new RideStarted(s_ride, Rider, Driver, At(\"19:14:50\"), WaitSeconds: 80),";
        Replace($"{Schemas}/Export/Examples.cs", oldExample, $"{oldExample}\n{example}");

        // The last command, which generates a page of the documentation, is that of every test that generates one.
        var build = page.Blocks("sh", Section)[0];
        await Run("dotnet restore src/RideBooking.Host -v q");
        // The host's build reads the list of the console's static files, which contains absolute paths.
        foreach (var project in new[] { Contracts, Schemas, Rides, Console })
            await Run($"dotnet build {project} --no-restore -v q");
        await Run(build);
    }

    /// <summary>Runs a command in the copy.</summary>
    Task<string> Run(string command) =>
        LocalCommand.RunAsync(
            ["/bin/sh", "-euc", $"cd {_copy}\n{command}"],
            [
                .. from name in new[] { "HOME", "DOTNET_ROOT", "NUGET_PACKAGES", "DOTNET_CLI_HOME" }
                let value = Environment.GetEnvironmentVariable(name)
                where value is not null
                select KeyValuePair.Create(name, value!),
                // The properties of every build that follows.
                KeyValuePair.Create("BuildProjectReferences", "false"),
                KeyValuePair.Create("RunAnalyzers", "false"),
                KeyValuePair.Create("Configuration", s_framework.Parent!.Name),
                KeyValuePair.Create("DOTNET_CLI_TELEMETRY_OPTOUT", "1"),
                KeyValuePair.Create("DOTNET_NOLOGO", "1"),
            ]
        );

    /// <summary>Copies the sources of the host, and the assemblies of its projects as they were built.</summary>
    void Copy()
    {
        foreach (var file in Directory.EnumerateFiles(Page.Repository, "Directory.*"))
            Put(file);
        foreach (var file in new[] { "global.json", ".editorconfig" })
            Put(Path.Combine(Page.Repository, file));
        var source = Path.Combine(Page.Repository, "src");
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
            if (!BuildFolder().IsMatch(file))
                Put(file);
        foreach (var project in Directory.EnumerateFiles(source, "*.csproj", SearchOption.AllDirectories))
        {
            var (folder, name) = (Path.GetDirectoryName(project)!, Path.GetFileNameWithoutExtension(project));
            // Others are compiled with the reference assembly, where there is one.
            foreach (
                var built in new[]
                {
                    Path.Combine(folder, s_output, $"{name}.dll"),
                    Path.Combine(folder, s_output, $"{name}.xml"),
                    Path.Combine(folder, "obj", s_framework.Parent!.Name, s_framework.Name, "ref", $"{name}.dll"),
                }
            )
                if (File.Exists(built))
                    Put(built);
        }

        void Put(string file)
        {
            var copy = Path.Combine(_copy, Path.GetRelativePath(Page.Repository, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    string Read(string path) => File.ReadAllText(Path.Combine(_copy, path));

    void Replace(string path, string old, string replacement)
    {
        var text = Read(path);
        text.Split(old).Length.ShouldBe(2, $"'{old}' once in {path}");
        File.WriteAllText(Path.Combine(_copy, path), text.Replace(old, replacement, StringComparison.Ordinal));
    }

    void Append(string path, string text) => File.AppendAllText(Path.Combine(_copy, path), text);

    static City City(HostProcess host) => new(() => new HttpClient { BaseAddress = host.Address });

    static async Task Ride(HostProcess host)
    {
        var (rider, driver) = (await City(host).Rider(), await City(host).DriverAt(TestKit.Api.City.Alexanderplatz));
        var ride = await rider.Request(TestKit.Api.City.Alexanderplatz, TestKit.Api.City.Zoo);
        await driver.Drives(ride);
        await rider.SeesPayment(ride, "captured");
    }

    [GeneratedRegex("/(bin|obj)/")]
    private static partial Regex BuildFolder();
}
