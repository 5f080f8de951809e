namespace RideBooking.IntegrationTests.Infrastructure;

/// <summary>The account a local server runs as. PostgreSQL refuses to run as root, and no server should.</summary>
sealed class LocalAccount
{
    readonly string? name;

    LocalAccount(string? name) => this.name = name;

    /// <summary>Our own account, or where that is root the one that the server's package made.</summary>
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

    /// <summary>The command as this account runs it; still one process, since setpriv replaces itself.</summary>
    public string[] Run(params string[] command) =>
        name is null ? command : ["setpriv", $"--reuid={name}", $"--regid={name}", "--clear-groups", .. command];

    /// <summary>Makes a folder that this account owns and nobody else can read.</summary>
    public async Task<string> CreateFolderAsync(string purpose)
    {
        // The temporary folder of root may be closed to the account.
        var parent = name is null ? Path.GetTempPath() : "/tmp";
        var template = Path.Combine(parent, $"ridebooking-{purpose}-XXXXXX");
        return (await LocalCommand.RunAsync(Run("mktemp", "-d", template), [])).Trim();
    }
}
