namespace RideBooking.Tests.Documentation;

/// <summary>A page of docs/ that is made from the code, and so is true as long as its test passes.</summary>
internal static class GeneratedPage
{
    const string Update = "RIDEBOOKING_UPDATE_DIAGRAMS";

    /// <summary>How a reader makes the page anew.</summary>
    /// <param name="test">The class of the test that makes it.</param>
    public static string Command(string test) =>
        $"{Update}=1 dotnet test --project tests/RideBooking.Tests --filter-class \"*{test}\"";

    /// <summary>Fails when the page is not as it would be made now; makes it first when asked to by environment variable.</summary>
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
        written.ShouldBe(page, $"{path} is stale. Make it anew with: {Command(test)}");
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
