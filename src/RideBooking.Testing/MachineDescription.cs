using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using MassTransit;
using RideBooking.Testing.Analysis;
using RideBooking.Testing.Engine;

namespace RideBooking.Testing;

/// <summary>
/// What sagas in flight need of a machine: its states as they are stored, and the messages that each state accepts.
/// </summary>
/// <remarks>Save it beside the code, and let a test compare the machine with it.</remarks>
/// <param name="Saga">The type of the instances.</param>
/// <param name="States">The states by name, without the initial and the final one.</param>
public sealed record MachineDescription(string Saga, IReadOnlyDictionary<string, StateDescription> States)
{
    static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        // The file is for readers, and not for HTML: names of nested types have a +.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Describes a machine.</summary>
    public static MachineDescription Of(StateMachine machine)
    {
        ArgumentNullException.ThrowIfNull(machine);
        var map = new MachineMap(machine);
        var events = MachineAnalysis.MessageEvents(machine).ToList();
        return new(
            machine.InstanceType.Name,
            new SortedDictionary<string, StateDescription>(
                MachineAnalysis.StatesBetween(machine).ToDictionary(state => state.Name, Describe),
                StringComparer.Ordinal
            )
        );

        StateDescription Describe(State state)
        {
            var next = machine.NextEvents(state).Select(it => it.Name).ToHashSet();
            var accepted = events
                .Where(it => next.Contains(it.Name) && !MachineInternals.IgnoresOnlySome(state, it))
                .ToList();
            return new(
                MachineInternals.NumberOf(machine, state),
                Messages(accepted),
                Messages(accepted.Where(it => IsTimer(it) && map.Handles(state.Name, it.Name)))
            );
        }

        bool IsTimer(Event it) =>
            it.Name.EndsWith(".TimeoutExpired", StringComparison.Ordinal)
            || (
                it.Name.EndsWith(".Received", StringComparison.Ordinal)
                && machine.Events.Any(any =>
                    any.Name == it.Name.Replace(".Received", ".AnyReceived", StringComparison.Ordinal)
                )
            );
    }

    /// <summary>Reads a description that was saved.</summary>
    /// <exception cref="JsonException">The text is not a description.</exception>
    public static MachineDescription Parse(string json) =>
        JsonSerializer.Deserialize<MachineDescription>(json, s_options)
        ?? throw new JsonException("The text is not the description of a machine.");

    /// <summary>Formats the description for a file.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, s_options).ReplaceLineEndings("\n");

    /// <summary>Lists what instances that run by this description lose in a machine.</summary>
    public IReadOnlyList<MachineFinding> FindingsIn(StateMachine machine)
    {
        var now = Of(machine).States;
        List<MachineFinding> findings = [];
        foreach (var (name, before) in States)
        {
            if (!now.TryGetValue(name, out var state))
            {
                var heir = now.FirstOrDefault(it =>
                    before.Number is null
                        ? !States.ContainsKey(it.Key) && it.Value.Accepts.SequenceEqual(before.Accepts)
                        : it.Value.Number == before.Number
                ).Key;
                Add(
                    MachineFindingKind.StateRemoved,
                    null,
                    before.Number is null
                        ? $"State {name} was removed{(heir is null ? "" : $" or renamed to {heir}")}: its instances have no state."
                        : $"State {name} was removed or renamed: its number {before.Number} is {(heir is null ? "no state" : heir)} now."
                );
                continue;
            }
            if (state.Number != before.Number)
                Add(
                    MachineFindingKind.StateRenumbered,
                    null,
                    $"State {name} was stored as {Stored(before)} and is stored as {Stored(state)} now."
                );
            foreach (var message in before.Accepts.Except(state.Accepts))
                Add(
                    MachineFindingKind.NoLongerAccepted,
                    message,
                    $"State {name} no longer handles or ignores {message}: it fails."
                );
            foreach (var timer in before.Timers.Except(state.Timers).Intersect(state.Accepts))
                Add(
                    MachineFindingKind.TimerNotHandled,
                    timer,
                    $"State {name} no longer handles the timer {timer}: its instances wait for nothing."
                );

            string Stored(StateDescription it) => it.Number is { } number ? $"{number}" : "its name";

            void Add(MachineFindingKind kind, string? message, string text) =>
                findings.Add(new(kind, name, message, text));
        }
        return findings;
    }

    // By the names on the wire: messages in flight do not know the names of events.
    static IReadOnlyList<string> Messages(IEnumerable<Event> events) =>
        [
            .. events
                .Select(it => MessageUrn.ForTypeString(Machine.MessageOf(it)!))
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];
}

/// <summary>A state as its instances in flight need it.</summary>
/// <param name="Number">The number by which it is stored; null if it is stored by its name.</param>
/// <param name="Accepts">The messages that it handles or ignores, by their names on the wire.</param>
/// <param name="Timers">The timers, of schedules and of requests, that have an effect in it.</param>
public sealed record StateDescription(int? Number, IReadOnlyList<string> Accepts, IReadOnlyList<string> Timers);
