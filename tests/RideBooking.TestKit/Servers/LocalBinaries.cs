namespace RideBooking.TestKit.Servers;

/// <summary>Finds installed programs.</summary>
static class LocalBinaries
{
    /// <summary>Finds the program's full path in the given folders or in PATH; returns null if it is not installed.</summary>
    public static string? Find(string program, params IEnumerable<string> folders) =>
        folders
            .Concat(Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator) ?? [])
            .Where(folder => folder.Length > 0)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(Exists);

    /// <summary>Like <see cref="Find"/>, but throws that the server is unavailable if the program is missing.</summary>
    public static string Require(string program, params IEnumerable<string> folders)
    {
        // The supervisor of local servers is a POSIX shell script.
        if (OperatingSystem.IsWindows())
            throw new ServerUnavailableException("local servers are not started on Windows");
        return Find(program, folders) ?? throw new ServerUnavailableException($"{program} is not installed");
    }

    // A link may have outlived the program it leads to.
    static bool Exists(string path) =>
        File.Exists(path) && (File.ResolveLinkTarget(path, returnFinalTarget: true)?.Exists ?? true);
}
