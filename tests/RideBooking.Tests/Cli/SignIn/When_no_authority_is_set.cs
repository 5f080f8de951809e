using RideBooking.Cli;
using RideBooking.TestKit.Servers;

namespace RideBooking.Tests.Cli.SignIn;

/// <summary>In Development the host itself issues tokens.</summary>
public sealed class When_no_authority_is_set(ListeningHost host) : IClassFixture<ListeningHost>, IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("ridebooking-login-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Login_stores_a_token_of_the_host_and_logout_deletes_it()
    {
        var answer = (await Run("login", "--json")).ShouldEnd(ExitCode.Done).Json;
        answer["subject"]!.ToString().ShouldBe(Environment.UserName);
        answer["authority"].ShouldBeNull();

        var token = (await Run("token")).ShouldEnd(ExitCode.Done).Out;
        (await Run("token")).Out.ShouldBe(token, "it is the stored one");
        (await Run("error-queues", "list")).ShouldEnd(ExitCode.Done);
        Stored().ShouldHaveSingleItem();
        (await Run("logout")).ShouldEnd(ExitCode.Done);
        // Two tokens of one second are equal, so the token does not tell whether it is a new one.
        Stored().ShouldBeEmpty();
    }

    IEnumerable<string> Stored() =>
        Directory
            .EnumerateFiles(_folder, "*", SearchOption.AllDirectories)
            .Where(file => File.ReadAllText(file).Contains("eyJ", StringComparison.Ordinal));

    Task<CommandLineResult> Run(params string[] command) =>
        CommandLineProcess.RunAsync([new("RIDEBOOKING_URL", host.Url), new("XDG_CONFIG_HOME", _folder)], command);
}
