using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.ErrorQueues;

/// <summary><c>error-queues edit</c>: corrects the message in one failed message.</summary>
/// <remarks>The host checks the message first. The operator sees what changes, and confirms.</remarks>
internal static class Edit
{
    public static Command Make(Terminal terminal, HostOptions host)
    {
        var id = Targets.One();
        var (reason, yes) = (Options.Reason(), Options.Yes());
        var dryRun = new Option<bool>("--dry-run") { Description = "Only show what would change." };
        var set = SetMember.Option();
        var file = new Option<string?>("--file")
        {
            Description = "Take the message from this file, without its envelope, instead of opening an editor.",
            HelpName = "path",
        };
        var command = new Command(
            "edit",
            "Correct a failed message: in the editor that VISUAL or EDITOR names, or with --file or --set. The next redrive sends it so."
        )
        {
            id,
            file,
            set,
            reason,
            dryRun,
            yes,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(file) is not null && result.GetValue(set) is { Length: > 0 })
                result.AddError("Give --file or --set, not both");
        });
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var path = $"operations/failed-messages/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}";
                var current = (await api.Get(path, cancellationToken)).As<MessageDetailsResponse>();
                using var editor = new Editor();
                try
                {
                    if (
                        await NewMessage(
                            terminal,
                            editor,
                            current,
                            parsed.GetValue(file),
                            SetMember.Of(parsed.GetValue(set)),
                            cancellationToken
                        )
                        is not { } message
                    )
                    {
                        terminal.WriteNote("Nothing was changed.");
                        return ExitCode.Done;
                    }
                    Task<JsonElement> Send(bool isDryRun) =>
                        api.Put(
                            $"{path}/body",
                            new
                            {
                                Message = message,
                                current.BodyHash,
                                Reason = parsed.GetValue(reason),
                                DryRun = isDryRun,
                            },
                            cancellationToken
                        );

                    var response = await Send(isDryRun: true);
                    var plan = response.As<EditResponse>();
                    var (json, isDryRun) = (host.Json(parsed), parsed.GetValue(dryRun));
                    if (!json)
                        Changes.Write(terminal, plan.Changes);
                    if (!isDryRun && plan.Changes.Count > 0)
                    {
                        if (!parsed.GetValue(yes))
                            await terminal.Confirm($"Store {Changed(plan.Changes.Count)}?", cancellationToken);
                        response = await Send(isDryRun: false);
                    }
                    editor.IsDone = !isDryRun;
                    if (json)
                        terminal.WriteLine(response.Indented());
                    else if (plan.Changes.Count == 0)
                        terminal.WriteNote("The message is already so.");
                    else
                        terminal.WriteLine(
                            isDryRun ? $"{Changed(plan.Changes.Count)}, not stored." : "1 message edited."
                        );
                    return ExitCode.Done;
                }
                finally
                {
                    if (editor.Hint is { } hint)
                        terminal.WriteNote(hint);
                }
            }
        );
        return command;
    }

    static async Task<JsonNode?> NewMessage(
        Terminal terminal,
        Editor editor,
        MessageDetailsResponse current,
        string? file,
        IReadOnlyList<SetMember> members,
        CancellationToken cancellationToken
    )
    {
        if (file is not null)
            return Editor.Parse(await Read(file, cancellationToken), file);
        // The host says why a message cannot be edited; there is nothing to show in an editor.
        if (current.Message is not { } message)
            throw new CommandFailedException(
                ExitCode.Failed,
                "The body is not a JSON message. Only such a message can be edited (message_not_json)."
            );
        if (members.Count == 0)
            return await editor.Edit(terminal, message, cancellationToken);
        foreach (var member in members)
            member.Apply(message);
        return message;
    }

    static async Task<string> Read(string file, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllTextAsync(file, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(ExitCode.Usage, $"{file} cannot be read: {exception.Message}");
        }
    }

    static string Changed(int count) => Text.Count(count, "change");
}
