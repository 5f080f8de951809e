namespace RideBooking.TestKit.Servers;

/// <summary>Finds the repository's programs that were built with these tests: same configuration, same framework.</summary>
static class BuiltProgram
{
    /// <summary>Returns the path of a program's assembly.</summary>
    /// <param name="project">Its project.</param>
    /// <param name="assembly">The assembly's name, if it is not the project's.</param>
    /// <exception cref="FileNotFoundException">It is not built.</exception>
    public static string PathOf(string project, string? assembly = null)
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        var configuration = framework.Parent!;
        var repository = configuration.Parent!.Parent!.Parent!.Parent!;
        var path = Path.Combine([
            repository.FullName,
            "src",
            project,
            "bin",
            configuration.Name,
            framework.Name,
            $"{assembly ?? project}.dll",
        ]);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{project} is not built.", path);
    }
}
