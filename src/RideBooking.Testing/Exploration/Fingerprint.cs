using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using RideBooking.Testing.Engine;
using RideBooking.Testing.Values;

namespace RideBooking.Testing.Exploration;

/// <summary>
/// Computes a number for a state of the world. It is equal if everything stored, in flight, scheduled and sent is equal.
/// </summary>
/// <remarks>
/// It is a sum, which does not depend on the order. So two paths that differ only in the order of events meet.
/// </remarks>
sealed class Fingerprint(bool mindsLosses)
{
    readonly ConditionalWeakTable<object, StrongBox<UInt128>> _known = [];
    readonly Dictionary<string, UInt128> _names = [];

    public UInt128 OfSagas(World world)
    {
        UInt128 sum = 0;
        foreach (var (key, saga) in world.Sagas)
            sum += Of(key, saga);
        return sum;
    }

    /// <summary>The fingerprint of some instances, whether they exist or not.</summary>
    public UInt128 OfSagas(World world, IEnumerable<SagaKey> keys)
    {
        UInt128 sum = 0;
        foreach (var key in keys)
            sum += world.Sagas.TryGetValue(key, out var saga) ? Of(key, saga) : 0;
        return sum;
    }

    UInt128 Of(SagaKey key, object saga) =>
        Mix(Known(saga, () => string.Join('\n', Facts.Of(saga))) + Of(key.Id) + Name(key.Type.Name), 7);

    public UInt128 Of(World world)
    {
        var sum = OfSagas(world) + Mix((UInt128)world.Now.UtcTicks, 1);
        foreach (var delivery in world.InFlight)
            sum += Mix(Of(delivery), 2);
        foreach (var due in world.Due)
            sum += Mix(Of(due.Envelope) + (UInt128)due.Due.UtcTicks + Of(due.Token), 3);
        foreach (var (receiver, id) in world.Inbox)
            sum += Mix(Name(receiver) + Of(id), 4);
        return sum;
    }

    /// <summary>The fingerprint of what was sent, failed and lost, from a point of the log on.</summary>
    public UInt128 OfOutcomes(World world, int from)
    {
        UInt128 sum = 0;
        for (var at = from; at < world.Log.Count; at++)
            if (world.Log[at] is { IsOutcome: true } it && (mindsLosses || it.Kind is not ObservationKind.Unclaimed))
                sum += Mix((it.Envelope is { } envelope ? Of(envelope) : 0) + (UInt128)(int)it.Kind, 5);
        return sum;
    }

    public UInt128 Of(Delivery delivery) =>
        Mix(Of(delivery.Envelope) + Name(delivery.To.Name) + (UInt128)(delivery.Attempt + 1000 * delivery.Tries), 6);

    UInt128 Of(Envelope envelope) =>
        Known(envelope, () => $"{envelope.Type.FullName} {envelope.Content.GetRawText()} {envelope.RequestId}");

    UInt128 Known(object of, Func<string> text) => _known.GetValue(of, _ => new StrongBox<UInt128>(Text(text()))).Value;

    UInt128 Name(string name) => _names.TryGetValue(name, out var known) ? known : _names[name] = Text(name);

    static UInt128 Of(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes);
        return BinaryPrimitives.ReadUInt128LittleEndian(bytes);
    }

    static UInt128 Text(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }

    // Keeps equal content in two roles apart, and keeps sums from cancelling out.
    static UInt128 Mix(UInt128 value, ulong role)
    {
        var mixed = (value ^ ((UInt128)role << 64 | role)) * new UInt128(0x9E3779B97F4A7C15, 0xF39CC0605CEDC835);
        return (mixed ^ (mixed >> 67)) * new UInt128(0xBF58476D1CE4E5B9, 0x94D049BB133111EB);
    }
}
