namespace RideBooking.Contracts;

/// <summary>What the rider looks for at the kerb.</summary>
/// <param name="Class">The vehicle class, a lower-case slug such as <c>standard</c>, <c>comfort</c> or <c>xl</c>.</param>
/// <param name="Plate">The number plate.</param>
/// <param name="Model">Make and model.</param>
public sealed record Vehicle(string Class, string Plate, string Model);

/// <summary>The vehicle classes that mean something to every module. Classes are data: a tariff may add more.</summary>
public static class VehicleClass
{
    /// <summary>What a rider gets who asks for nothing in particular: any vehicle will do.</summary>
    public const string Standard = "standard";
}
