using System.Text;
using RideBooking.EventLog;
using RideBooking.Notifications;

namespace RideBooking.Tests.Documentation;

/// <summary>docs/notification-templates.md, generated from the templates.</summary>
public sealed class NotificationTableTests
{
    [Fact]
    public Task Says_who_is_notified_of_what_and_when() =>
        GeneratedPage.ShouldBeCurrent("docs/notification-templates.md", Page(), nameof(NotificationTableTests));

    static string Page()
    {
        var page = new StringBuilder(
            """
            # Who is notified of what, and when

            Generated from the templates in
            [`NotificationTemplates.cs`](../src/Modules/RideBooking.Notifications/NotificationTemplates.cs).
            [notifications.md](notifications.md) explains apps, e-mails and languages.

            """
        );
        Add(page, "Riders", Audience.Rider);
        Add(page, "Drivers", Audience.Driver);
        Add(page, "Operators", Audience.Operator);
        return page.ToString();
    }

    static void Add(StringBuilder page, string title, Audience audience)
    {
        page.Append(
            $"""

            ## {title}

            | when | event | kind | also | English | German |
            |---|---|---|---|---|---|

            """
        );
        foreach (var template in NotificationTemplates.All.Where(template => template.Audience == audience))
            page.Append(
                    $"| {template.When} | {Event(template)} | `{template.Kind}` | {(template.ByEmail ? "e-mail" : "")} "
                )
                .Append($"| {Text(template.English)} | {Text(template.German)} |\n");
    }

    static string Event(NotificationTemplate template) =>
        template.Event is { } record ? EventCatalogue.Published.Find(record)!.Name : "RiderForgotten";

    static string Text(Words words) => $"**{words.Title}** {words.Text}";
}
