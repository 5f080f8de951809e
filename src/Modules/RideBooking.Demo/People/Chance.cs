using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace RideBooking.Demo.People;

/// <summary>Makes one person's random decisions.</summary>
/// <remarks>
/// They depend on the seed, on the person and on the kind of decision only. So the same people act in the same way again,
/// however their actions interleave.
/// </remarks>
internal sealed class Chance(int seed, string who)
{
    readonly Random _random = new(
        BinaryPrimitives.ReadInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed} {who}")))
    );

    /// <summary>Whether an event with this probability (0 to 1) happens.</summary>
    public bool Of(double probability) => _random.NextDouble() < probability;

    /// <summary>Returns a number in a range.</summary>
    public double Between(double min, double max) => min + _random.NextDouble() * (max - min);

    /// <summary>Returns one of several values.</summary>
    public T Any<T>(IReadOnlyList<T> several) => several[_random.Next(several.Count)];
}
