using System.CommandLine;

namespace RideBooking.Cli.Completion;

/// <summary><c>ridebooking completion</c>: prints a script with which a shell completes commands and options.</summary>
/// <remarks>The scripts ask this program, with the <c>[suggest]</c> directive of System.CommandLine.</remarks>
internal static class CompletionCommand
{
    const string Bash = """
        # ridebooking completion bash
        _ridebooking() {
            local line="${COMP_LINE:0:COMP_POINT}" word="${COMP_WORDS[COMP_CWORD]}"
            COMPREPLY=($(compgen -W "$(ridebooking "[suggest:${#line}]" "$line" 2>/dev/null)" -- "$word"))
        }
        complete -o default -F _ridebooking ridebooking

        """;

    const string Zsh = """
        #compdef ridebooking
        # ridebooking completion zsh
        _ridebooking() {
            local line="${(j: :)words[1,CURRENT]}"
            local -a suggestions=(${(f)"$(ridebooking "[suggest:${#line}]" "$line" 2>/dev/null)"})
            if (( ${#suggestions} )); then compadd -a suggestions; else _files; fi
        }
        compdef _ridebooking ridebooking

        """;

    const string PowerShell = """
        # ridebooking completion pwsh
        Register-ArgumentCompleter -Native -CommandName ridebooking -ScriptBlock {
            param($wordToComplete, $commandAst, $cursorPosition)
            $line = "$commandAst".PadRight($cursorPosition).Substring(0, $cursorPosition)
            ridebooking "[suggest:$cursorPosition]" $line 2>$null |
                Where-Object { $_ -like "$wordToComplete*" } |
                ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
        }

        """;

    public static Command Make(Terminal terminal) =>
        new("completion", "Print a script with which your shell completes commands and options.")
        {
            Shell(terminal, "bash", Bash, "Load it with: source <(ridebooking completion bash)"),
            Shell(terminal, "zsh", Zsh, "Load it with: source <(ridebooking completion zsh)"),
            Shell(
                terminal,
                "pwsh",
                PowerShell,
                "Load it with: ridebooking completion pwsh | Out-String | Invoke-Expression"
            ),
        };

    static Command Shell(Terminal terminal, string name, string script, string description)
    {
        var command = new Command(name, description);
        command.SetAction(_ =>
        {
            terminal.Out.Write(script);
            return ExitCode.Done;
        });
        return command;
    }
}
