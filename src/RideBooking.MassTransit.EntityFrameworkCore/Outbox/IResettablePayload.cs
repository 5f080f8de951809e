namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// A payload of a message that remembers what its handling came to. A message whose saga came from memory may be handled a second
/// time, with the stored one, in the same scope: what the first time came to is undone and must be forgotten.
/// </summary>
public interface IResettablePayload
{
    /// <summary>Forgets what an attempt has come to, which is undone.</summary>
    void Reset();
}
