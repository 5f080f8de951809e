using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using RideBooking.Contracts;
using RideBooking.Platform;

namespace RideBooking.Notifications;

/// <summary>The content of a notification and its recipient: a template and its data, which are rendered when they are read.</summary>
internal sealed class NotificationContent
{
    public const int MaxTitleLength = 100;
    public const int MaxTextLength = 1000;

    /// <summary>The maximum length of the data in JSON.</summary>
    public const int MaxDataLength = 20_000;

    /// <summary>The recipient of what all operators see.</summary>
    public const string Operators = "operators";

    /// <summary>The maximum length of a value. A value in JSON is at most six times as long.</summary>
    internal const int MaxValueLength = 500;

    static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public NotificationContent(NotificationTemplate template, Recipient recipient)
    {
        (Template, RecipientId, RideId, At) = (template, recipient.Id, recipient.RideId, recipient.At);
        Data = recipient.Data.ToDictionary(item => item.Name, item => Text(item.Value).Shorten(MaxValueLength));
    }

    public NotificationTemplate Template { get; }

    public Audience Audience => Template.Audience;

    /// <summary>The rider or driver; <see cref="Operators"/> for operators.</summary>
    public string RecipientId { get; }

    /// <summary>The ride; null if it is about none.</summary>
    public Guid? RideId { get; }

    /// <summary>When the event happened.</summary>
    public DateTimeOffset At { get; }

    /// <summary>The values of the placeholders.</summary>
    public IReadOnlyDictionary<string, string> Data { get; }

    /// <summary>The data as it is stored.</summary>
    public string DataInJson => JsonSerializer.Serialize(Data, s_json);

    /// <summary>Renders it in a language.</summary>
    public Words In(string language) => Template.In(language, Data);

    /// <summary>Reads stored data.</summary>
    public static IReadOnlyDictionary<string, string> ReadData(string json) =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(json) ?? [];

    static string Text(object value) =>
        value switch
        {
            Place { Address: { } address } when !string.IsNullOrWhiteSpace(address) => address,
            Place place => string.Create(CultureInfo.InvariantCulture, $"{place.Lat:0.0000}, {place.Lng:0.0000}"),
            _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
        };
}
