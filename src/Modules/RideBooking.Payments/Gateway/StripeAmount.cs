using System.Collections.Frozen;
using RideBooking.Contracts;

namespace RideBooking.Payments.Gateway;

/// <summary>Amounts as Stripe writes them: whole numbers of a currency's smallest unit, by Stripe's own list.</summary>
/// <remarks>
/// Source: https://docs.stripe.com/currencies (zero-decimal and three-decimal currencies, special cases). It differs from
/// ISO 4217: MGA has no decimals, and ISK and UGX are written with two decimals that are always zero.
/// </remarks>
internal static class StripeAmount
{
    static readonly FrozenSet<string> s_withoutDecimals = FrozenSet.Create(
        StringComparer.Ordinal,
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "JPY",
        "KMF",
        "KRW",
        "MGA",
        "PYG",
        "RWF",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF"
    );

    static readonly FrozenSet<string> s_threeDecimals = FrozenSet.Create(
        StringComparer.Ordinal,
        "BHD",
        "JOD",
        "KWD",
        "OMR",
        "TND"
    );

    static readonly FrozenSet<string> s_wholeOnly = FrozenSet.Create(StringComparer.Ordinal, "ISK", "UGX");

    /// <summary>Returns the amount in the smallest unit. Null if Stripe cannot take exactly this amount.</summary>
    /// <remarks>
    /// Stripe takes three-decimal currencies in steps of ten of the smallest unit only (0.010 KWD). Such an amount is refused and
    /// not rounded: what is captured must be what the receipt says.
    /// </remarks>
    public static long? Of(Money money)
    {
        var factor =
            s_withoutDecimals.Contains(money.Currency) ? 1
            : s_threeDecimals.Contains(money.Currency) ? 1000
            : 100;
        var step =
            s_threeDecimals.Contains(money.Currency) ? 10
            : s_wholeOnly.Contains(money.Currency) ? 100
            : 1;
        var amount = money.Amount * factor;
        return amount > 0 && amount <= MaxAmount && amount % step == 0 ? (long)amount : null;
    }

    // Stripe takes at most eight digits in most currencies and answers for the others itself.
    const decimal MaxAmount = 999_999_999_999m;
}
