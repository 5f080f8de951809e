namespace RideBooking.Contracts;

/// <summary>The vehicle a rider looks for at the kerb.</summary>
/// <param name="Class">The vehicle class, a lower-case slug such as <c>standard</c>, <c>comfort</c> or <c>xl</c>.</param>
/// <param name="Plate">The number plate.</param>
/// <param name="Model">Make and model.</param>
public sealed record Vehicle(string Class, string Plate, string Model)
{
    /// <summary>The maximum length of the class, in characters.</summary>
    public const int MaxClassLength = 32;

    /// <summary>The maximum length of the number plate, in characters.</summary>
    public const int MaxPlateLength = 20;

    /// <summary>The maximum length of make and model, in characters.</summary>
    public const int MaxModelLength = 100;
}

/// <summary>The vehicle classes known to all modules. Classes are data: a tariff may add more.</summary>
public static class VehicleClass
{
    /// <summary>The default class, which any vehicle can serve.</summary>
    public const string Standard = "standard";
}
