namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>A payload of a message that records the outcome of handling it.</summary>
/// <remarks>
/// A message whose saga came from memory may be handled a second time in the same scope, with the stored saga. The first
/// attempt is then rolled back, and its outcome must be discarded.
/// </remarks>
public interface IResettablePayload
{
    /// <summary>Discards the outcome of an attempt that was rolled back.</summary>
    void Reset();
}
