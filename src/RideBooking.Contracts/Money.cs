using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RideBooking.Contracts;

/// <summary>An amount of money. Arithmetic between currencies is refused.</summary>
/// <param name="Amount">In units of the currency (not minor units), at most two decimals once charged.</param>
/// <param name="Currency">ISO 4217 code, upper case.</param>
[JsonConverter(typeof(MoneyJsonConverter))]
public sealed record Money(decimal Amount, string Currency)
{
    /// <summary>Nothing, in a currency.</summary>
    public static Money Zero(string currency) => new(0m, currency);

    /// <summary>The sum. Throws <see cref="InvalidOperationException"/> when the currencies differ.</summary>
    public static Money operator +(Money left, Money right) =>
        left.Currency == right.Currency
            ? left with
            {
                Amount = left.Amount + right.Amount,
            }
            : throw new InvalidOperationException($"Cannot add {right.Currency} to {left.Currency}.");

    /// <summary>As it is written in JSON and shown to people: two decimals, then the currency.</summary>
    public override string ToString() => $"{Amount.ToString("0.00", CultureInfo.InvariantCulture)} {Currency}";
}

/// <summary>Writes money as <c>{"amount":"12.40","currency":"EUR"}</c>: a decimal string survives every JSON reader, a number does not.</summary>
internal sealed class MoneyJsonConverter : JsonConverter<Money>
{
    public override Money Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("Money is an object with amount and currency.");

        decimal? amount = null;
        string? currency = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = reader.GetString();
            reader.Read();
            if (string.Equals(name, "amount", StringComparison.OrdinalIgnoreCase))
                amount = ReadAmount(ref reader);
            else if (string.Equals(name, "currency", StringComparison.OrdinalIgnoreCase))
                currency = ReadCurrency(ref reader);
            else
                reader.Skip();
        }

        return amount is { } value && currency is not null
            ? new Money(value, currency)
            : throw new JsonException("Money needs both amount and currency.");
    }

    public override void Write(Utf8JsonWriter writer, Money value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString("amount", value.Amount.ToString("0.00##", CultureInfo.InvariantCulture));
        writer.WriteString("currency", value.Currency);
        writer.WriteEndObject();
    }

    static decimal ReadAmount(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.String
        && decimal.TryParse(
            reader.GetString(),
            NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture,
            out var amount
        )
            ? amount
            : throw new JsonException("Money's amount is a decimal string such as \"12.40\".");

    static string ReadCurrency(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.String
        && reader.GetString() is { Length: 3 } code
        && code.All(char.IsAsciiLetterUpper)
            ? code
            : throw new JsonException("Money's currency is an ISO 4217 code such as \"EUR\".");
}
