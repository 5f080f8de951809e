using System.Diagnostics.CodeAnalysis;
using System.Runtime.Serialization;

namespace MassTransit.QuartzIntegration;

/// <summary>
/// Validates messages to the scheduler. A message without a required member can never be scheduled, so retries do not help.
/// </summary>
static class Contract
{
    /// <exception cref="SerializationException">The member is missing; the message names it.</exception>
    public static void Requires([DoesNotReturnIf(false)] bool condition, string member)
    {
        if (!condition)
            throw new SerializationException($"The message to the scheduler lacks its {member}");
    }
}
