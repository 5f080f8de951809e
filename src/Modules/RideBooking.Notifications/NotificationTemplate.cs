using System.Globalization;
using System.Text.RegularExpressions;
using RideBooking.Contracts;
using RideBooking.Platform;

namespace RideBooking.Notifications;

/// <summary>The words of a notification in one language, with placeholders such as <c>{name}</c> or <c>{eta:minutes}</c>.</summary>
/// <param name="Title">A few words.</param>
/// <param name="Text">A sentence or two.</param>
internal sealed record Words(string Title, string Text);

/// <summary>Whom an event notifies, and with which words.</summary>
/// <param name="Key">
/// The template's name, which is stored: its kind, and after a dot what distinguishes it from others of that kind.
/// </param>
/// <param name="Audience">The role in which the recipient is notified.</param>
/// <param name="When">What has happened, for the table in the documentation.</param>
/// <param name="English">The words in English.</param>
/// <param name="German">The words in German.</param>
internal abstract partial record NotificationTemplate(
    string Key,
    Audience Audience,
    string When,
    Words English,
    Words German
)
{
    /// <summary>Whether the recipient also gets an e-mail: what matters after the ride, or when no app is open.</summary>
    public bool ByEmail { get; init; }

    /// <summary>One of <see cref="NotificationKind"/>.</summary>
    public string Kind => Key.Split('.')[0];

    /// <summary>The record of the event; null if no event has this template.</summary>
    public abstract Type? Event { get; }

    /// <summary>Returns the notification of an event of this type; null if this event needs none.</summary>
    public abstract NotificationContent? Of(object happened);

    /// <summary>Adds the template to the projection that records notifications.</summary>
    public abstract void AddTo(RecordNotifications projection);

    /// <summary>Returns the words in a language, with the data in the place of the placeholders.</summary>
    public Words In(string language, IReadOnlyDictionary<string, string> data)
    {
        var words = language == Language.German ? German : English;
        return new Words(
            Fill(words.Title, language, data).Shorten(NotificationContent.MaxTitleLength),
            Fill(words.Text, language, data).Shorten(NotificationContent.MaxTextLength)
        );
    }

    /// <summary>Returns the placeholders of the words, each with its format.</summary>
    public static IEnumerable<string> PlaceholdersOf(Words words) =>
        Placeholder().Matches($"{words.Title} {words.Text}").Select(match => match.Value);

    static string Fill(string text, string language, IReadOnlyDictionary<string, string> data) =>
        Placeholder()
            .Replace(
                text,
                match => Format(data.GetValueOrDefault(match.Groups[1].Value, ""), match.Groups[2].Value, language)
            );

    static string Format(string value, string format, string language) =>
        format switch
        {
            "minutes" => Minutes(value, language),
            "span" => Span(value, language),
            "money" => language == Language.German ? value.Replace('.', ',') : value,
            "cause" => PaymentCause.In(language, value),
            _ => value,
        };

    // Durations rather than clock times, because the reader's time zone is unknown here.
    static string Minutes(string seconds, string language)
    {
        var minutes = Math.Max(1, Math.Ceiling(double.Parse(seconds, CultureInfo.InvariantCulture) / 60));
        var unit = (language, minutes) switch
        {
            (Language.German, 1) => "Minute",
            (Language.German, _) => "Minuten",
            (_, 1) => "minute",
            _ => "minutes",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{minutes:0} {unit}");
    }

    static string Span(string seconds, string language)
    {
        var hours = Math.Round(double.Parse(seconds, CultureInfo.InvariantCulture) / 3600);
        if (hours < 1)
            return Minutes(seconds, language);
        var unit = (language, hours) switch
        {
            (Language.German, 1) => "Stunde",
            (Language.German, _) => "Stunden",
            (_, 1) => "hour",
            _ => "hours",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{hours:0} {unit}");
    }

    [GeneratedRegex(@"\{([a-z]+)(?::([a-z]+))?\}", RegexOptions.CultureInvariant)]
    private static partial Regex Placeholder();
}

/// <summary>The template of the notifications about one type of event.</summary>
/// <typeparam name="TEvent">The event's record.</typeparam>
/// <param name="Key">As <see cref="NotificationTemplate.Key"/>.</param>
/// <param name="Audience">As <see cref="NotificationTemplate.Audience"/>.</param>
/// <param name="When">As <see cref="NotificationTemplate.When"/>.</param>
/// <param name="Recipient">Returns the recipient and the data of an event.</param>
/// <param name="English">The words in English.</param>
/// <param name="German">The words in German.</param>
/// <param name="If">Whether an event has this notification; null if all of them have it.</param>
internal sealed record NotificationTemplate<TEvent>(
    string Key,
    Audience Audience,
    string When,
    Func<TEvent, Recipient> Recipient,
    Words English,
    Words German,
    Func<TEvent, bool>? If
) : NotificationTemplate(Key, Audience, When, English, German)
    where TEvent : class
{
    public override Type? Event => typeof(TEvent);

    public override NotificationContent? Of(object happened) =>
        happened is TEvent e && If?.Invoke(e) != false ? new NotificationContent(this, Recipient(e)) : null;

    public override void AddTo(RecordNotifications projection) => projection.Notify<TEvent>(this);
}

/// <summary>
/// The template that replaces those of its kind when the rider of the ride is forgotten, because their data is personal. Its key is
/// the kind and <c>.forgotten</c>.
/// </summary>
internal sealed record ReplacementTemplate(string Key, Audience Audience, string When, Words English, Words German)
    : NotificationTemplate(Key, Audience, When, English, German)
{
    public override Type? Event => null;

    public override NotificationContent? Of(object happened) => null;

    public override void AddTo(RecordNotifications projection) { }
}

/// <summary>Who is notified of an event, and the data for the words.</summary>
/// <param name="Id">The rider or driver; <see cref="NotificationContent.Operators"/> for operators.</param>
/// <param name="RideId">The ride; null if it is about none.</param>
/// <param name="At">When it happened.</param>
/// <param name="Data">The values of the placeholders, in the same form for all languages.</param>
internal sealed record Recipient(
    string Id,
    Guid? RideId,
    DateTimeOffset At,
    params IReadOnlyList<(string Name, object Value)> Data
);

/// <summary>What keeps a payment from being made, in the words of each language.</summary>
internal static class PaymentCause
{
    /// <param name="language">The reader's language.</param>
    /// <param name="code">The code of the failed payment, such as <c>card_declined</c>.</param>
    public static string In(string language, string code) =>
        (language, code) switch
        {
            (Language.German, NoMethod) => "Sie haben kein Zahlungsmittel",
            (Language.German, _) => $"Ihre Karte wurde abgelehnt ({German(code)})",
            (_, NoMethod) => "you have no payment method",
            _ => $"your card was declined ({code.Replace('_', ' ')})",
        };

    const string NoMethod = "no_payment_method";

    static string German(string code) =>
        code switch
        {
            "card_declined" => "ohne Angabe von Gründen",
            "insufficient_funds" => "Deckung reicht nicht aus",
            "expired_card" => "Karte abgelaufen",
            "invalid_token" or "payment_method_not_found" => "Zahlungsmittel ungültig",
            // A code without words of its own still says something.
            _ => code.Replace('_', ' '),
        };
}
