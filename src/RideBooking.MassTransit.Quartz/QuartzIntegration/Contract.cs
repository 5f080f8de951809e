using System.Diagnostics.CodeAnalysis;
using System.Runtime.Serialization;

namespace MassTransit.QuartzIntegration;

/// <summary>What a message to the scheduler must say. One that does not can never be scheduled, however often it is tried.</summary>
static class Contract
{
    /// <exception cref="SerializationException">The member is missing; the message names it.</exception>
    public static void Requires([DoesNotReturnIf(false)] bool condition, string member)
    {
        if (!condition)
            throw new SerializationException($"The message to the scheduler lacks its {member}");
    }
}
