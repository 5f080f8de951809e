using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace RideBooking.Demo.People;

/// <summary>
/// What one person decides by. It follows from the seed and from who decides over what, so that the same people do the
/// same again, however their doings interleave.
/// </summary>
internal sealed class Chance(int seed, string who)
{
    readonly Random _random = new(
        BinaryPrimitives.ReadInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed} {who}")))
    );

    /// <summary>Whether something happens that happens so often, 0 to 1.</summary>
    public bool Of(double probability) => _random.NextDouble() < probability;

    /// <summary>A number from one to another.</summary>
    public double Between(double least, double most) => least + _random.NextDouble() * (most - least);

    /// <summary>One of several.</summary>
    public T Any<T>(IReadOnlyList<T> several) => several[_random.Next(several.Count)];
}
