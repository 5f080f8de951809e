namespace RideBooking.TestKit.Servers;

/// <summary>The account a local server runs as. PostgreSQL refuses to run as root, and no server should.</summary>
sealed class LocalAccount
{
    readonly string? name;

    LocalAccount(string? name) => this.name = name;

    /// <summary>The current account, or if that is root, the account that the server's package created.</summary>
    public static LocalAccount For(string serviceAccount)
    {
        if (!Environment.IsPrivilegedProcess)
            return new(null);
        if (!File.ReadLines("/etc/passwd").Any(line => line.StartsWith(serviceAccount + ":", StringComparison.Ordinal)))
            throw new ServerUnavailableException($"running as root, and there is no account '{serviceAccount}'");
        if (LocalBinaries.Find("setpriv") is null)
            throw new ServerUnavailableException(
                $"running as root, and there is no setpriv to become {serviceAccount}"
            );
        return new(serviceAccount);
    }

    /// <summary>Wraps a command to run as this account; it stays one process, since setpriv replaces itself.</summary>
    public string[] Run(params string[] command) =>
        name is null ? command : ["setpriv", $"--reuid={name}", $"--regid={name}", "--clear-groups", .. command];

    /// <summary>Creates a folder that only this account can read.</summary>
    public async Task<string> CreateFolderAsync(string purpose)
    {
        // The account may have no access to the temporary folder of root.
        var parent = name is null ? Path.GetTempPath() : "/tmp";
        var template = Path.Combine(parent, $"ridebooking-{purpose}-XXXXXX");
        return (await LocalCommand.RunAsync(Run("mktemp", "-d", template), [])).Trim();
    }
}
