using System.CommandLine;
using RideBooking.Cli.Api;

namespace RideBooking.Cli.Webhooks;

/// <summary><c>webhooks partners</c>: lists the partners.</summary>
internal static class ListPartners
{
    public static Command Make(Terminal terminal, HostOptions host)
    {
        var limit = Options.Number("--limit", "Maximum number of partners.", 1, 100, standard: 20);
        var command = new Command("partners", "List the partners, newest first.") { limit };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var api = await host.Connect(parsed, cancellationToken);
                var response = await api.Get($"operations/partners?limit={parsed.GetValue(limit)}", cancellationToken);
                var partners = response.As<PartnersResponse>();
                if (host.Json(parsed))
                    terminal.WriteLine(response.Indented());
                else
                    Write(terminal, partners);
                return ExitCode.Done;
            }
        );
        return command;
    }

    static void Write(Terminal terminal, PartnersResponse partners)
    {
        if (partners.Items.Count == 0)
        {
            terminal.WriteNote("There is no partner.");
            return;
        }
        terminal.Table(
            [new("Partner", IsKey: true), new("Name"), new("Receiver"), new("Events"), new("Created"), new("Disabled")],
            partners.Items.Select(
                IReadOnlyList<string> (partner) =>
                    [
                        $"{partner.Id}",
                        partner.Name,
                        partner.Receiver,
                        string.Join(", ", partner.EventTypes),
                        Text.Instant(partner.CreatedAt),
                        Text.Instant(partner.DisabledAt),
                    ]
            )
        );
        if (partners.NextCursor is not null)
            terminal.WriteNote("There are more partners. Use --limit to show more.");
    }
}
