namespace RideBooking.Tests.Documentation;

/// <summary>A page that is generated from the code. Its test fails when it is stale.</summary>
internal static class GeneratedPage
{
    const string Update = "RIDEBOOKING_UPDATE_GENERATED";

    /// <summary>Returns the command that regenerates the page.</summary>
    /// <param name="test">The class of the test that generates it.</param>
    public static string Command(string test) =>
        $"{Update}=1 dotnet test --project tests/RideBooking.Tests --filter-class \"*{test}\"";

    /// <summary>Fails if the page is stale. If the environment variable asks for it, regenerates the page first.</summary>
    public static async Task ShouldBeCurrent(string path, string page, string test)
    {
        var file = Path.Combine(Repository(), path);
        page = page.ReplaceLineEndings("\n");
        if (Environment.GetEnvironmentVariable(Update) == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, page, TestContext.Current.CancellationToken);
        }

        var written = File.Exists(file)
            ? (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).ReplaceLineEndings("\n")
            : "";
        if (written != page)
            Assert.Fail(Stale(path, written, page, test));
    }

    static string Stale(string path, string written, string page, string test)
    {
        var (before, now) = (written.Split('\n'), page.Split('\n'));
        var same = before.Zip(now).TakeWhile(line => line.First == line.Second).Count();
        return $"""
            {path} is stale at line {same + 1}.
            It says:  {before.ElementAtOrDefault(same) ?? "(its end)"}
            The code: {now.ElementAtOrDefault(same) ?? "(its end)"}
            Regenerate it with: {Command(test)}
            """;
    }

    public static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "RideBooking.sln")))
            folder =
                folder.Parent ?? throw new DirectoryNotFoundException("The tests do not run inside the repository.");
        return folder.FullName;
    }
}
