using System.Text.RegularExpressions;
using RideBooking.Cli;
using RideBooking.TestKit.Servers;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Cli.SignIn;

/// <summary>An operator signs in to a host that trusts an authority, and works with the stored token.</summary>
public sealed partial class LoginCommandTests(LoginCommandTests.HostOfAnAuthority host)
    : IClassFixture<LoginCommandTests.HostOfAnAuthority>,
        IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("ridebooking-login-").FullName;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    string SessionsFile => Path.Combine(_folder, "ridebooking", "sessions.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_person_approves_the_sign_in_in_a_browser_and_works_until_they_sign_out()
    {
        (await Run("error-queues", "list")).ShouldEnd(ExitCode.NotAllowed).Error.ShouldContain("ridebooking login");

        var signedIn = await SignIn("anna");

        signedIn
            .ShouldEnd(ExitCode.Done)
            .Out.ShouldMatch(@"^Signed in to http://\S+/ as anna until \d{4}-\S+ \S+Z\.\n$");
        (await Run("error-queues", "list")).ShouldEnd(ExitCode.Done);
        (await Run("token")).ShouldEnd(ExitCode.Done).Out.Split('.').Length.ShouldBe(3);
        (await Run("archive", "run", "--reason", "to see who did it")).ShouldEnd(ExitCode.Done);
        (await Run("audit", "actions")).ShouldEnd(ExitCode.Done).Out.ShouldContain("\tanna\t");
        (await Run("logout")).ShouldEnd(ExitCode.Done).Out.ShouldStartWith("Signed out of ");
        (await Run("error-queues", "list")).ShouldEnd(ExitCode.NotAllowed);
        (await Run("logout")).ShouldEnd(ExitCode.Done).Error.ShouldContain("not signed in");
    }

    [Fact]
    public async Task Only_the_user_can_read_the_stored_token()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has other permissions.");
            return;
        }
        (await SignIn("anna")).ShouldEnd(ExitCode.Done);

        File.GetUnixFileMode(SessionsFile).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.GetUnixFileMode(Path.GetDirectoryName(SessionsFile)!)
            .ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public async Task A_token_that_expires_is_renewed_once_even_for_two_commands_at_once_and_revoked_at_the_end()
    {
        host.Authority.Lifetime = TimeSpan.FromSeconds(20);
        try
        {
            (await SignIn("bela", "--scope", "openid offline_access"))
                .ShouldEnd(ExitCode.Done)
                .Out.ShouldContain("and renewed after that");
            var before = host.Authority.Refreshed;
            host.Authority.Lifetime = TimeSpan.FromHours(1);

            foreach (var command in await Task.WhenAll(Run("error-queues", "list"), Run("audit", "actions")))
                command.ShouldEnd(ExitCode.Done);

            host.Authority.Refreshed.ShouldBe(before + 1);
            host.Authority.RefreshTokens.ShouldBe(1);
            (await Run("logout")).ShouldEnd(ExitCode.Done);
            host.Authority.RefreshTokens.ShouldBe(0);
        }
        finally
        {
            host.Authority.Lifetime = TimeSpan.FromHours(1);
        }
    }

    [Fact]
    public async Task A_sign_in_that_cannot_be_renewed_says_so()
    {
        host.Authority.Lifetime = TimeSpan.FromSeconds(20);
        try
        {
            (await SignIn("cleo", "--scope", "openid offline_access")).ShouldEnd(ExitCode.Done);
            host.Authority.ForgetRefreshTokens();

            (await Run("error-queues", "list"))
                .ShouldEnd(ExitCode.NotAllowed)
                .Error.ShouldMatch(@" expired at \S+ \S+Z\. Run: ridebooking login\n$");
        }
        finally
        {
            host.Authority.Lifetime = TimeSpan.FromHours(1);
        }
    }

    [Fact]
    public async Task A_refusal_signs_no_one_in()
    {
        using var login = Start(
            "login",
            "--authority",
            host.Authority.Address,
            "--client-id",
            TestAuthority.PublicClient
        );
        host.Authority.Deny(await Code(login));

        (await login.EndedAsync())
            .ShouldEnd(ExitCode.NotAllowed)
            .Error.ShouldContain("about access_denied (access_denied).");
        File.Exists(SessionsFile).ShouldBeFalse();
    }

    [Fact]
    public async Task A_token_that_is_not_an_operator_s_is_not_stored()
    {
        using var login = Start(
            "login",
            "--authority",
            host.Authority.Address,
            "--client-id",
            TestAuthority.PublicClient
        );
        await host.Authority.Approve(await Code(login), "rita", role: "rider");

        (await login.EndedAsync())
            .ShouldEnd(ExitCode.NotAllowed)
            .Error.ShouldContain("does not accept it as an operator's");
        File.Exists(SessionsFile).ShouldBeFalse();
    }

    [Fact]
    public async Task A_service_signs_in_with_its_secret_which_is_not_stored()
    {
        string[] login =
        [
            "login",
            "--client-credentials",
            "--authority",
            host.Authority.Address,
            "--client-id",
            TestAuthority.ServiceClient,
            "--json",
        ];

        (await Run(login)).ShouldEnd(ExitCode.Usage).Error.ShouldContain("RIDEBOOKING_CLIENT_SECRET");
        (await RunWith("wrong", login)).ShouldEnd(ExitCode.NotAllowed).Error.ShouldContain("invalid_client");
        var answer = (await RunWith(TestAuthority.Secret, login)).ShouldEnd(ExitCode.Done).Json;
        answer["subject"]!.ToString().ShouldBe(TestAuthority.ServiceClient);
        answer
            .AsObject()
            .Select(member => member.Key)
            .ShouldBe(["url", "authority", "subject", "expiresAt", "isRenewed"]);
        (await Run("error-queues", "list")).ShouldEnd(ExitCode.Done);
        (await File.ReadAllTextAsync(SessionsFile, Stop)).ShouldNotContain("secret");
    }

    [Fact]
    public async Task The_token_of_one_host_is_not_sent_to_another()
    {
        (await SignIn("dora")).ShouldEnd(ExitCode.Done);

        (await Run("error-queues", "list", "--url", host.Url.Replace("127.0.0.1", "localhost")))
            .ShouldEnd(ExitCode.NotAllowed)
            .Error.ShouldContain("issues no development tokens");
    }

    [Theory]
    [InlineData(ExitCode.Usage, "--client-id", "login", "--authority", "http://127.0.0.1:9")]
    [InlineData(ExitCode.Usage, "--authority", "login", "--client-id", "me")]
    [InlineData(ExitCode.Unreachable, "127.0.0.1:9", "login", "--authority", "http://127.0.0.1:9", "--client-id", "me")]
    [InlineData(ExitCode.Failed, "HTTPS", "login", "--authority", "http://id.example", "--client-id", "me")]
    [InlineData(ExitCode.NotAllowed, "issues no development tokens", "login")]
    public async Task Says_what_is_missing_or_wrong(int exitCode, string reason, params string[] command)
    {
        var result = (await Run(command)).ShouldEnd(exitCode);
        result.Error.ShouldContain(reason);
        result.Error.ShouldMatch("^ridebooking: [^\n]+\n$");
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_named()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(SessionsFile)!);
        await File.WriteAllTextAsync(SessionsFile, "{", Stop);

        (await Run("error-queues", "list")).ShouldEnd(ExitCode.Failed).Error.ShouldContain(SessionsFile);
    }

    async Task<CommandLineResult> SignIn(string subject, params string[] options)
    {
        using var login = Start([
            "login",
            "--authority",
            host.Authority.Address,
            "--client-id",
            TestAuthority.PublicClient,
            .. options,
        ]);
        await host.Authority.Approve(await Code(login), subject);
        return await login.EndedAsync();
    }

    static async Task<string> Code(CommandLineProcess login) =>
        UserCode().Match((await login.ErrorLineAsync()).ShouldNotBeNull()).Groups[1].Value;

    [GeneratedRegex(@"^Open http://\S+/activate in a browser and enter the code (\w{8})\.$")]
    private static partial Regex UserCode();

    Task<CommandLineResult> Run(params string[] command) => CommandLineProcess.RunAsync(Settings, command);

    Task<CommandLineResult> RunWith(string secret, string[] command) =>
        CommandLineProcess.RunAsync([.. Settings, new("RIDEBOOKING_CLIENT_SECRET", secret)], command);

    CommandLineProcess Start(params string[] command) => CommandLineProcess.Start(Settings, command);

    KeyValuePair<string, string>[] Settings => [new("RIDEBOOKING_URL", host.Url), new("XDG_CONFIG_HOME", _folder)];

    /// <summary>A host that trusts an authority.</summary>
    public sealed class HostOfAnAuthority : ListeningHost, IAsyncLifetime
    {
        public HostOfAnAuthority()
            : this(new TestAuthority()) { }

        HostOfAnAuthority(TestAuthority authority)
            : base(new Host(authority)) => Authority = authority;

        public TestAuthority Authority { get; }

        async ValueTask IAsyncDisposable.DisposeAsync()
        {
            await DisposeAsync();
            await Authority.DisposeAsync();
        }

        sealed class Host(TestAuthority authority)
            : HostInProcess(
                ("Auth:Authority", authority.Address),
                ("Auth:Audience", TestAuthority.Audience),
                ("EventLog:ArchiveAfter", "180.00:00:00")
            );
    }
}
