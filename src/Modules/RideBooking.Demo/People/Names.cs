namespace RideBooking.Demo.People;

/// <summary>The names of the people. The same number always has the same name.</summary>
internal static class Names
{
    static readonly string[] s_drivers =
    [
        "Anna",
        "Bela",
        "Cem",
        "Dora",
        "Emil",
        "Fatma",
        "Gregor",
        "Hanna",
        "Igor",
        "Jule",
        "Karim",
        "Lotte",
        "Milan",
        "Nadja",
        "Oskar",
        "Petra",
        "Quentin",
        "Rosa",
        "Samir",
        "Thea",
    ];

    static readonly string[] s_riders =
    [
        "Ada",
        "Ben",
        "Clara",
        "David",
        "Elif",
        "Finn",
        "Greta",
        "Hugo",
        "Ida",
        "Jonas",
        "Kim",
        "Lena",
        "Mia",
        "Noah",
        "Olga",
        "Paul",
        "Rania",
        "Sven",
        "Tara",
        "Uwe",
        "Vera",
        "Willi",
        "Yara",
        "Zoe",
    ];

    static readonly string[] s_models = ["VW ID.4", "Skoda Enyaq", "Kia Niro", "Tesla 3", "Toyota Prius", "BMW i4"];

    public static string Driver(int number) => Of(s_drivers, number);

    public static string Rider(int number) => Of(s_riders, number);

    public static string Model(int number) => s_models[number % s_models.Length];

    /// <summary>
    /// Returns the name of the person with this id, or the id itself if it is not one of the demo's people.
    /// </summary>
    public static string Of(string? id) =>
        id is null ? "someone"
        : Number(id, DriverId) is { } driver ? Driver(driver)
        : Number(id, RiderId) is { } rider ? Rider(rider)
        : id;

    public const string DriverId = "demo-driver-";
    public const string RiderId = "demo-rider-";

    static int? Number(string id, string prefix) =>
        id.StartsWith(prefix, StringComparison.Ordinal) && int.TryParse(id[prefix.Length..], out var number)
            ? number
            : null;

    // The second person with a name is called Anna 2.
    static string Of(string[] names, int number) =>
        number < names.Length ? names[number] : $"{names[number % names.Length]} {number / names.Length + 1}";
}
