using MailKit.Security;
using Microsoft.Extensions.Configuration;
using MimeKit;
using RideBooking.Platform.Configuration;

namespace RideBooking.Notifications.Email;

/// <summary>Whether and how e-mails are sent.</summary>
/// <param name="Server">The mail server; null if none is set, and then no e-mail is sent.</param>
internal sealed record EmailOptions(MailServer? Server)
{
    const string HostKey = "Notifications:Email:Host";
    const string FromKey = "Notifications:Email:From";
    const string UserKey = "Notifications:Email:User";
    const string PasswordKey = "Notifications:Email:Password";

    public static EmailOptions Read(IConfiguration configuration)
    {
        if (configuration[HostKey] is not { } host || string.IsNullOrWhiteSpace(host))
            return new EmailOptions((MailServer?)null);
        var from = configuration.Required(FromKey, $"it is the sender of the e-mails, because {HostKey} is set.");
        if (!MailboxAddress.TryParse(from, out var sender) || !sender.Address.Contains('@', StringComparison.Ordinal))
            throw new ConfigurationException(
                $"{FromKey} is '{from}' but must be an address such as Rides <rides@example.org>."
            );
        var (user, password) = (configuration[UserKey], configuration[PasswordKey]);
        if (string.IsNullOrEmpty(user) != string.IsNullOrEmpty(password))
            throw new ConfigurationException($"Of {UserKey} and {PasswordKey} only one is set.");
        return new EmailOptions(
            new MailServer(
                host.Trim(),
                (int)configuration.Number("Notifications:Email:Port", defaultValue: 587, min: 1, max: 65535),
                configuration.Choice("Notifications:Email:Security", MailSecurity.StartTls),
                string.IsNullOrEmpty(user) ? null : user,
                password,
                sender
            )
        );
    }
}

/// <summary>How the connection to the mail server is secured.</summary>
internal enum MailSecurity
{
    /// <summary>By STARTTLS, which the server must offer.</summary>
    StartTls,

    /// <summary>By TLS from the beginning, usually on port 465.</summary>
    Tls,

    /// <summary>Not at all: for a server on the same machine.</summary>
    None,
}

/// <summary>A mail server.</summary>
/// <param name="Host"><c>Notifications:Email:Host</c>: its name.</param>
/// <param name="Port"><c>Notifications:Email:Port</c>: its port.</param>
/// <param name="Security"><c>Notifications:Email:Security</c>: how the connection is secured.</param>
/// <param name="User"><c>Notifications:Email:User</c>: the user to sign in with; null to sign in with none.</param>
/// <param name="Password"><c>Notifications:Email:Password</c>: that user's password.</param>
/// <param name="From"><c>Notifications:Email:From</c>: the sender.</param>
internal sealed record MailServer(
    string Host,
    int Port,
    MailSecurity Security,
    string? User,
    string? Password,
    MailboxAddress From
)
{
    /// <summary>The security as MailKit spells it.</summary>
    public SecureSocketOptions SocketOptions =>
        Security switch
        {
            MailSecurity.StartTls => SecureSocketOptions.StartTls,
            MailSecurity.Tls => SecureSocketOptions.SslOnConnect,
            _ => SecureSocketOptions.None,
        };

    /// <summary>Host and port: the rest must not be in a log.</summary>
    public override string ToString() => $"{Host}:{Port}";
}
