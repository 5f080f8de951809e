namespace RideBooking.Contracts;

/// <summary>The number of decimals of each currency's amounts: the minor units of ISO 4217.</summary>
public static class MinorUnits
{
    const int Usual = 2;

    // All active codes of ISO 4217 (amendment 179) whose minor unit is not a hundredth. "N.A." (gold, test codes) is left out.
    static readonly Dictionary<string, int> s_unusual = new(StringComparer.Ordinal)
    {
        ["BIF"] = 0,
        ["CLP"] = 0,
        ["DJF"] = 0,
        ["GNF"] = 0,
        ["ISK"] = 0,
        ["JPY"] = 0,
        ["KMF"] = 0,
        ["KRW"] = 0,
        ["PYG"] = 0,
        ["RWF"] = 0,
        ["UGX"] = 0,
        ["UYI"] = 0,
        ["VND"] = 0,
        ["VUV"] = 0,
        ["XAF"] = 0,
        ["XOF"] = 0,
        ["XPF"] = 0,
        ["BHD"] = 3,
        ["IQD"] = 3,
        ["JOD"] = 3,
        ["KWD"] = 3,
        ["LYD"] = 3,
        ["OMR"] = 3,
        ["TND"] = 3,
        ["CLF"] = 4,
        ["UYW"] = 4,
    };

    /// <summary>
    /// Returns the number of decimals: 2 for EUR, 0 for JPY, 3 for KWD; 2 for a code that is not in the table.
    /// </summary>
    public static int DecimalsOf(string currency) => s_unusual.GetValueOrDefault(currency, Usual);
}
