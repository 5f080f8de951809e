using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RideBooking.Contracts;

/// <summary>An amount of money. Arithmetic between different currencies is not allowed.</summary>
/// <param name="Amount">In units of the currency (not minor units), with at most the currency's decimals once charged.</param>
/// <param name="Currency">ISO 4217 code, upper case.</param>
[JsonConverter(typeof(MoneyJsonConverter))]
public sealed record Money(decimal Amount, string Currency)
{
    /// <summary>Returns zero in a currency.</summary>
    public static Money Zero(string currency) => new(0m, currency);

    /// <summary>Returns an amount rounded to the currency's minor unit, half away from zero.</summary>
    /// <remarks>This is the rounding people expect on a bill. Rounding to even can make equal-looking lines differ.</remarks>
    public static Money Rounded(decimal amount, string currency) =>
        new(Math.Round(amount, MinorUnits.DecimalsOf(currency), MidpointRounding.AwayFromZero), currency);

    /// <summary>Whether the amount has no more decimals than its currency.</summary>
    public bool IsInMinorUnits() => Rounded(Amount, Currency).Amount == Amount;

    /// <summary>Returns the sum. Throws <see cref="InvalidOperationException"/> if the currencies differ.</summary>
    public static Money operator +(Money left, Money right) =>
        left.Currency == right.Currency
            ? left with
            {
                Amount = left.Amount + right.Amount,
            }
            : throw new InvalidOperationException($"Cannot add {right.Currency} to {left.Currency}.");

    /// <summary>
    /// Formats the amount with the decimals of its currency, then the currency: <c>12.40 EUR</c>, <c>2188 JPY</c>.
    /// </summary>
    public override string ToString() =>
        $"{Amount.ToString($"F{MinorUnits.DecimalsOf(Currency)}", CultureInfo.InvariantCulture)} {Currency}";

    /// <summary>Formats the amount with at least the decimals of its currency, without dropping any digit.</summary>
    internal string AmountText() =>
        Amount.ToString(s_formats[MinorUnits.DecimalsOf(Currency)], CultureInfo.InvariantCulture);

    static readonly string[] s_formats = ["0.####", "0.0###", "0.00##", "0.000#", "0.0000"];
}

/// <summary>Writes money as <c>{"amount":"12.40","currency":"EUR"}</c>, with the decimals of the currency.</summary>
/// <remarks>A decimal string survives every JSON reader; a number does not.</remarks>
internal sealed class MoneyJsonConverter : JsonConverter<Money>
{
    public override Money Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("Money must be an object with amount and currency.");

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
        writer.WriteString("amount", value.AmountText());
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
            : throw new JsonException("The amount of money must be a decimal string such as \"12.40\".");

    static string ReadCurrency(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.String
        && reader.GetString() is { Length: 3 } code
        && code.All(char.IsAsciiLetterUpper)
            ? code
            : throw new JsonException("The currency of money must be an ISO 4217 code such as \"EUR\".");
}
