using System.Globalization;
using RideBooking.Platform.Configuration;

namespace RideBooking.Demo;

/// <summary>The demo's arguments on the command line.</summary>
/// <param name="Seed">The seed of all decisions. With the same seed, the same people act in the same way.</param>
/// <param name="Drivers">The number of drivers.</param>
/// <param name="Riders">The number of riders.</param>
/// <param name="Pace">How fast the city runs at first. 1 is about thirty times as fast as a real city.</param>
internal sealed record DemoArguments(int Seed, int Drivers, int Riders, double Pace)
{
    const string Wanted = "--demo";

    /// <summary>Removes the demo's arguments from the command line; returns null if the demo is not requested.</summary>
    /// <remarks>Otherwise .NET's configuration would take the argument after <c>--demo</c> for its value.</remarks>
    public static DemoArguments? Take(ref string[] args)
    {
        if (!args.Contains(Wanted))
            return null;
        List<string> others = [.. args.Where(argument => argument != Wanted)];
        var seed = Number(others, "--seed", Random.Shared.Next(1, 1000), 0, int.MaxValue);
        var drivers = Number(others, "--drivers", 12, 1, 200);
        var riders = Number(others, "--riders", 20, 1, 400);
        var pace = Number(others, "--pace", 1, People.Pace.Slowest, People.Pace.Fastest);
        args = [.. others];
        return new DemoArguments((int)seed, (int)drivers, (int)riders, (double)pace);
    }

    /// <summary>Removes <c>--name value</c> or <c>--name=value</c>, and returns the value.</summary>
    static decimal Number(List<string> args, string name, decimal defaultValue, decimal min, decimal max)
    {
        var at = args.FindIndex(argument =>
            argument == name || argument.StartsWith($"{name}=", StringComparison.Ordinal)
        );
        if (at < 0)
            return defaultValue;
        var attached = args[at].Length > name.Length;
        var text =
            attached ? args[at][(name.Length + 1)..]
            : at + 1 < args.Count ? args[at + 1]
            : "";
        args.RemoveRange(at, attached || at + 1 == args.Count ? 1 : 2);
        return
            decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number >= min
            && number <= max
            && (name == "--pace" || decimal.IsInteger(number))
            ? number
            : throw new ConfigurationException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name} is '{text}' but must be a number from {min} to {max}."
                )
            );
    }
}
