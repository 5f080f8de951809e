using RideBooking.Cli;
using RideBooking.TestKit.Servers;

namespace RideBooking.Tests.Cli.Completion;

public sealed class CompletionCommandTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("ridebooking-completion-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("ridebooking error-queues re", "redrive", "redrives", "restore", "resume")]
    [InlineData("ridebooking error-queues raw ", "list", "peek", "move")]
    [InlineData("ridebooking error-queues redrive a_error --dry", "--dry-run")]
    [InlineData("ridebooking log", "login", "logout")]
    public async Task Bash_completes_commands_and_options(string line, params string[] expected)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Not every machine has bash.");
        var script = Path.Combine(_folder, "completion.bash");
        var printed = await CommandLineProcess.RunAsync([], "completion", "bash");
        await File.WriteAllTextAsync(
            script,
            printed.ShouldEnd(ExitCode.Done).Out,
            TestContext.Current.CancellationToken
        );

        // As bash calls it when Tab is pressed at the end of the line.
        var completed = await LocalCommand.RunAsync(
            [
                "bash",
                "-c",
                """
                ridebooking() { dotnet "$CLI" "$@"; }
                source "$1"
                COMP_LINE=$2 COMP_POINT=${#2}
                read -ra COMP_WORDS <<<"$2"
                case $2 in *' ') COMP_WORDS+=('') ;; esac
                COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 ))
                _ridebooking
                printf '%s\n' "${COMPREPLY[@]}"
                """,
                "bash",
                script,
                line,
            ],
            [KeyValuePair.Create("CLI", BuiltProgram.PathOf("RideBooking.Cli", "ridebooking"))]
        );

        var words = completed.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (var word in expected)
            words.ShouldContain(word);
        var begun = line[(line.LastIndexOf(' ') + 1)..];
        words.ShouldAllBe(word => word.StartsWith(begun));
    }

    [Theory]
    [InlineData("zsh", "compdef _ridebooking ridebooking")]
    [InlineData("pwsh", "Register-ArgumentCompleter -Native -CommandName ridebooking")]
    public async Task Has_a_script_for_other_shells(string shell, string part)
    {
        var printed = await CommandResult.By(["completion", shell], null, TestContext.Current.CancellationToken);

        printed.ShouldEnd(ExitCode.Done).Out.ShouldContain(part);
    }
}
