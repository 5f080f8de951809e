using System.Net.Sockets;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.EntityFrameworkCore;
using MimeKit;
using RideBooking.EventLog;
using RideBooking.Notifications.Contacts;
using RideBooking.Notifications.Deliveries;
using RideBooking.Platform.Persistence;

namespace RideBooking.Notifications.Email;

/// <summary>Sends the notification about an event by SMTP, in the rider's language.</summary>
internal sealed class EmailChannel(EmailOptions options, TimeProvider clock) : IDeliveryChannel
{
    public string Name => DeliveryChannel.Email;

    public bool IsOn => options.Server is not null;

    public async Task<DeliveryResult> Send(
        Delivery delivery,
        LoggedEvent logged,
        AppDbContext db,
        CancellationToken cancellationToken
    )
    {
        var contact = await db.Set<Contact>()
            .AsNoTracking()
            .SingleOrDefaultAsync(row => row.RiderId == delivery.Recipient, cancellationToken);
        if (contact?.Email is not { } address)
            return DeliveryResult.Refused("The rider has no e-mail address any more.");
        var notification = NotificationTemplates
            .Of(EventCatalogue.Published.Read(logged)!)
            .FirstOrDefault(content =>
                content is { Audience: Audience.Rider, Template.ByEmail: true }
                && content.RecipientId == delivery.Recipient
            );
        return notification is null
            ? DeliveryResult.Refused("There is no e-mail about this event any more.")
            : await Send(
                options.Server!,
                Message(options.Server!, delivery, address, notification, contact.Language ?? Language.Default),
                cancellationToken
            );
    }

    MimeMessage Message(
        MailServer server,
        Delivery delivery,
        string address,
        NotificationContent notification,
        string language
    )
    {
        var words = notification.In(language);
        var message = new MimeMessage
        {
            Subject = words.Title,
            Body = new TextPart("plain") { Text = $"{words.Text}\n" },
            Date = clock.GetUtcNow(),
            // The same in each attempt, so that a mailbox can recognize a second one.
            MessageId = $"{delivery.Id:N}@{server.From.Domain}",
        };
        message.From.Add(server.From);
        message.To.Add(new MailboxAddress(null, address));
        message.Body.Headers.Add(HeaderId.ContentLanguage, language);
        // No answer by a program (RFC 3834).
        message.Headers.Add("Auto-Submitted", "auto-generated");
        return message;
    }

    // What the server says may contain the address, so errors have its codes only.
    static async Task<DeliveryResult> Send(MailServer server, MimeMessage message, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(SendDeliveries.Timeout);
        using var smtp = new SmtpClient();
        try
        {
            await smtp.ConnectAsync(server.Host, server.Port, server.SocketOptions, limit.Token);
            if (server is { User: { } user, Password: { } password })
                await smtp.AuthenticateAsync(user, password, limit.Token);
            await smtp.SendAsync(message, limit.Token);
        }
        catch (SmtpCommandException exception)
            when (exception.ErrorCode is SmtpErrorCode.RecipientNotAccepted && (int)exception.StatusCode >= 500)
        {
            return DeliveryResult.Refused($"The mail server refused the recipient ({(int)exception.StatusCode}).");
        }
        catch (SmtpCommandException exception)
        {
            return DeliveryResult.Failed($"The mail server refused the message ({(int)exception.StatusCode}).");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return DeliveryResult.Failed(
                $"The mail server did not accept the message within {SendDeliveries.Timeout.TotalSeconds:0} s."
            );
        }
        catch (Exception exception)
            when (exception
                    is IOException
                        or SocketException
                        or ProtocolException
                        or AuthenticationException
                        or SslHandshakeException
                        or ServiceNotConnectedException
                        or NotSupportedException
            )
        {
            return DeliveryResult.Failed($"The mail server {server} failed: {exception.GetType().Name}.");
        }
        try
        {
            await smtp.DisconnectAsync(quit: true, limit.Token);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ProtocolException)
        {
            // The message was accepted.
        }
        return DeliveryResult.Delivered;
    }
}
