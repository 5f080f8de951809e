using System.Text.Json;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.SignIn;

/// <summary>The sign-ins of this user, by host, in a file that only the user can read.</summary>
internal static class Sessions
{
    const UnixFileMode OnlyMine = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // Another command that refreshes a token takes as long as the authority.
    static readonly TimeSpan s_lockTimeout = TimeSpan.FromSeconds(30);
    static readonly TimeSpan s_lockPause = TimeSpan.FromMilliseconds(50);

    static string FilePath =>
        Path.Combine(
            Environment.GetFolderPath(
                Environment.SpecialFolder.ApplicationData,
                Environment.SpecialFolderOption.DoNotVerify
            ),
            "ridebooking",
            "sessions.json"
        );

    /// <summary>Returns a valid token for a host; null if the user has not signed in to it.</summary>
    /// <exception cref="CommandFailedException">The sign-in has expired.</exception>
    public static async Task<string?> TokenFor(Uri host, CancellationToken cancellationToken)
    {
        if (Read().GetValueOrDefault(host.AbsoluteUri) is not { } session)
            return null;
        if (!session.IsExpired)
            return session.Token;
        // The host issues another one.
        if (session.Authority is null)
            return null;
        // A refresh token may be used once.
        using var alone = await Lock(cancellationToken);
        session = Read().GetValueOrDefault(host.AbsoluteUri) ?? session;
        if (session.IsExpired)
        {
            session =
                await Renew(session, cancellationToken)
                ?? throw new CommandFailedException(
                    ExitCode.NotAllowed,
                    $"The sign-in to {host} expired at {Text.Instant(session.ExpiresAt)}. Run: ridebooking login"
                );
            Write(Read(), host, session);
        }
        return session.Token;
    }

    /// <summary>Stores a sign-in to a host.</summary>
    public static async Task Add(Uri host, Session session, CancellationToken cancellationToken)
    {
        using var alone = await Lock(cancellationToken);
        Write(Read(), host, session);
    }

    /// <summary>Removes the sign-in to a host.</summary>
    /// <returns>What was removed; null if there was none.</returns>
    public static async Task<Session?> Remove(Uri host, CancellationToken cancellationToken)
    {
        if (!Read().ContainsKey(host.AbsoluteUri))
            return null;
        using var alone = await Lock(cancellationToken);
        var sessions = Read();
        var removed = sessions.GetValueOrDefault(host.AbsoluteUri);
        Write(sessions, host, session: null);
        return removed;
    }

    static async Task<Session?> Renew(Session session, CancellationToken cancellationToken)
    {
        if (session is not { Authority: { } address, Client: { } client })
            return null;
        if (client.IsService ? Client.Secret is null : session.RefreshToken is null)
            return null;
        using var authority = await Authority.Discover(address, cancellationToken);
        return client.IsService
            ? await authority.SignIn(client, cancellationToken)
            : await authority.Refresh(client, session.RefreshToken!, cancellationToken);
    }

    static Dictionary<string, Session> Read()
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, Session>>(File.ReadAllBytes(FilePath), Responses.Json)
                ?? [];
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception exception) when (exception is JsonException or UnauthorizedAccessException or IOException)
        {
            throw Unusable(exception);
        }
    }

    // A file is replaced as a whole, and never readable for others.
    static void Write(Dictionary<string, Session> sessions, Uri host, Session? session)
    {
        if (session is null)
            sessions.Remove(host.AbsoluteUri);
        else
            sessions[host.AbsoluteUri] = session;
        try
        {
            var temporary = $"{FilePath}.{Guid.NewGuid():N}";
            using (var stream = Create(temporary))
                JsonSerializer.Serialize(stream, sessions, Responses.Json);
            File.Move(temporary, FilePath, overwrite: true);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw Unusable(exception);
        }
    }

    static async Task<FileStream> Lock(CancellationToken cancellationToken)
    {
        try
        {
            var folder = Path.GetDirectoryName(FilePath)!;
            if (OperatingSystem.IsWindows())
                // Only the user may read the folder in which it is.
                Directory.CreateDirectory(folder);
            else
                Directory.CreateDirectory(folder, OnlyMine | UnixFileMode.UserExecute);
            for (var end = TimeProvider.System.GetUtcNow() + s_lockTimeout; ; )
                try
                {
                    return Create($"{FilePath}.lock");
                }
                catch (IOException) when (TimeProvider.System.GetUtcNow() < end)
                {
                    await Task.Delay(s_lockPause, cancellationToken);
                }
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw Unusable(exception);
        }
    }

    static FileStream Create(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OnlyMine;
        return new FileStream(path, options);
    }

    static CommandFailedException Unusable(Exception exception) =>
        new(ExitCode.Failed, $"The file of sign-ins {FilePath} cannot be used: {exception.Message}");
}
