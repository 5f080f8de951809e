using RideBooking.Testing.Values;

namespace RideBooking.Testing.Engine;

/// <summary>Formats the log entries for a handling's effects.</summary>
static class Trace
{
    public static string Change(Machine machine, SagaKey key, object? before, object? after)
    {
        var name = $"{Formatting.TypeName(key.Type)} {key.Id}";
        if (after is null)
            return $"{name}: {machine.StateOf(before)} → removed";
        if (before is null)
            return $"{name}: new → {machine.StateOf(after)}";
        var old = Facts.Of(before).ToDictionary(fact => fact.Path, fact => fact.Value);
        var changes = Facts
            .Of(after)
            .Where(fact => old.GetValueOrDefault(fact.Path) != fact.Value)
            .Select(fact => $"{fact.Path}: {old.GetValueOrDefault(fact.Path, "nothing")} → {fact.Value}")
            .ToList();
        return changes.Count == 0 ? $"{name}: as it was" : $"{name}: {string.Join(", ", changes)}";
    }

    /// <summary>Describes an instance that the test stored.</summary>
    public static Observation Stored(Receiver receiver, SagaKey key, object? before, object after, DateTimeOffset at) =>
        new()
        {
            Kind = ObservationKind.Changed,
            At = at,
            Receiver = receiver.Name,
            Says = () => $"stored {Change(receiver.Machine!, key, before, after)}",
        };

    public static Observation Delivered(Handled handled) =>
        Note(
            handled,
            ObservationKind.Delivered,
            () =>
                handled.Delivery switch
                {
                    { Attempt: > 0 } delivery => $" (retry {delivery.Attempt})",
                    { Redelivery: > 0 } delivery => $" (redelivery {delivery.Redelivery})",
                    _ => "",
                },
            handled.Delivery.Envelope,
            handled.Before.Now
        );

    public static Observation About(Handled handled, ObservationKind kind, Func<string>? says = null) =>
        Note(handled, kind, says, handled.Delivery.Envelope);

    static Observation Note(
        Handled handled,
        ObservationKind kind,
        Func<string>? says,
        Envelope? envelope = null,
        DateTimeOffset? at = null
    ) =>
        new()
        {
            Kind = kind,
            At = at ?? handled.Handling.Now,
            Receiver = handled.Delivery.To.Name,
            Envelope = envelope,
            Says = says,
        };

    public static Observation Of(
        Handled handled,
        ObservationKind kind,
        Envelope? envelope,
        Uri? destination = null,
        DateTimeOffset? due = null,
        Guid? token = null
    ) =>
        new()
        {
            Kind = kind,
            At = handled.Handling.Now,
            Receiver = handled.Delivery.To.Name,
            Envelope = envelope,
            Destination = destination,
            Due = due,
            Token = token,
        };
}
